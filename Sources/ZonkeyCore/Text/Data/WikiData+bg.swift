// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/bg.tsv. Change that file, and run `make data`.

extension WikiData {
  static let bg = #"""
    # Templates of the Bulgarian wikis: name, other names, what they leave in the text.
    @months		януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември
    @date		[{d} ][{m:month} ]{y}
    @group		\s
    @decimal		,
    nobr	неразделно	{1}
    цитат	цитат2	\p{1}\p
    флаг		{1}
    основна	уикиизточник|факт|личност*|превод от|икона|флагче|мъниче*|източници|пояснение*|към пояснение|препратки|портал|нормативен контрол|cite*|цитат книга|цитат уеб|commons*|уикицитат|без източници|ударение|кога|кой|къде|вижте също|друго значение	-
    """#
}
