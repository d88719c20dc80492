// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/sv.tsv. Change that file, and run `make data`.

extension WikiData {
  static let sv = #"""
    # Templates of the Swedish wikis: name, other names, what they leave in the text.
    @months		januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december
    @date		[{d} ][{m:month} ]{y}
    @group		\s
    @decimal		,
    språk	lang	{2}
    nowrap	nobr|nobreak|kapitäler	{1}
    citat	cquote|quote	\p{1}\p
    flagga		{1}
    nihongo		@parenthesis
    källa behövs	källor|fakta*|webbref|bokref|tidskriftsref|tidningsref|huvudartikel|infobox*|faktamall*|flaggbild|en|de|fr|es|no|da|fi|not|sfn|referenser|auktoritetsdata|portal*|commonscat|när|vem|var|vilka|vilken|förtydliga|dubbelkolla|ifrågasatt uttalande|olika betydelser|se även|förgrening|stub*|ljud|wikiquote|uppdatera|dött länk|död länk|ej att förväxla med|omdirigering|gren|efternamn|robotskapad|ersätt stub|källhänvisning|noter	-
    """#
}
