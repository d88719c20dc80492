// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/ja.tsv. Change that file, and run `make data`.

extension WikiData {
  static let ja = #"""
    # Templates of the Japanese wikis: name, other names, what they leave in the text.
    @months		1月|2月|3月|4月|5月|6月|7月|8月|9月|10月|11月|12月
    @date		{y}年[{m:month}][{d}日]
    @group		,
    @decimal		.
    年月日		{1:integer}年[{2:integer}月][{3:integer}日]
    仮リンク		@link
    読み仮名	読み仮名 ruby不使用|nihongo|jpn	@parenthesis
    ruby	ルビ|要出典範囲|要検証範囲|補助漢字フォント|jis2004フォント|cp932フォント|拡張漢字|拡張領域文字|jis90フォント|jis2000フォント|要ページ番号範囲|独自研究範囲|vanchor|いつ範囲|誰範囲|信頼性要検証範囲	{1}
    cquote	quotation|quote|引用文	\p{1/text}\p
    要出典	enlink|要検証|要ページ番号|いつ|誰|誰2|どこ|何|refnest|efn2|anchors|anchor|otheruses*|redirect*|脚注ヘルプ|脚注|リンク切れ|出典の明記|独自研究|正確性|isbn2|isbn|国立国会図書館|commons*|kotobank|normdaten|main|see|see also|seealso|出典無効|要説明|要追加記述|更新|雑多な内容|ページ番号|読み|de icon|en icon|ja icon|fr icon|マルチメディア|画像提供依頼|substub|*-stub|デフォルトソート|並び替え|ウィキポータルリンク|ポータル|表記揺れ案内|暫定記事名|記事名の制約|統合文字|jis2004	-
    """#
}
