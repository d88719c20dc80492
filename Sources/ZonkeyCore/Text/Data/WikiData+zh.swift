// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/zh.tsv. Change that file, and run `make data`.

extension WikiData {
  static let zh = #"""
    # Templates of the Chinese wikis: name, other names, what they leave in the text.
    @months		1月|2月|3月|4月|5月|6月|7月|8月|9月|10月|11月|12月
    @date		{y}年[{m:month}][{d}日]
    @group		,
    @decimal		.
    le	link-*|internal link helper/*|ilh|illm-*	{3/1}
    tsl	translink|多语言链接	{4/3}
    bd		（[{1}][{2}]－[{3}][{4}]）
    僻字	ruby|專名號|专名号|書名號|nowrap|nobr	{1}
    nihongo		@parenthesis
    quote	cquote|quotation	\p{1/text}\p
    flag	flagcountry	{1}
    noteta*	notefn|efn|来源请求|來源請求|fact|who|when|where|何人|何时|何時|哪个|which|谁|rp|r|en|de|fr|ja|消歧义*|消歧義*|主条目|主條目|main|see|see also|另见|重定向|redirect*|flagicon|audio|国旗|infobox*|reflist|refbegin|refend|外部链接|需要消歧义|更新|原创研究|参考资料|commons*|仅有外语链接|dead link|failed verification|需要更好来源|*-stub|小作品	-
    """#
}
