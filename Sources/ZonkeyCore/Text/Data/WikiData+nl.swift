// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/nl.tsv. Change that file, and run `make data`.

extension WikiData {
  static let nl = #"""
    # Templates of the Dutch wikis: name, other names, what they leave in the text.
    @months		januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december
    @date		[{d} ][{m:month} ]{y}
    @group		.
    @decimal		,
    nowrap	nobr|smallcaps|klein|groot	{1}
    citaat	quote|cquote|citaat-blok	\p{1}\p
    nihongo		@parenthesis
    feit	bron?|infobox*|appendix*|citeer*|zie hoofdartikel|hoofdartikel|zie ook|noten|references|refs|beginnetje|wiu*|navigatie*|bronvermelding*|commonscat|commonscatklein|dp|doorverwijspagina|zijbalk*|vlag|vlagicoon|wie|wanneer|waar|welke|coor title *|dode link|links|portaal*|wikisource|wikiquote|sjabloon*|bijschrift|isbn|meebezig|nuweg|weg|wb|twijfel|ipa*|audio|tabel*|taxobox*|zijtabel*|authority control|bibliografische informatie	-
    """#
}
