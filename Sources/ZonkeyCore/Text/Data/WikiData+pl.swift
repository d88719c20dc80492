// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/pl.tsv. Change that file, and run `make data`.

extension WikiData {
  static let pl = #"""
    # Templates of the Polish wikis: name, other names, what they leave in the text.
    @months		stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia
    @date		[{d} ][{m:month} ]{y}
    @group		\s
    @grouped-digits		5
    @decimal		,
    lang		[{2}]
    fakt	mały|duży|nowrap|nobr|kapitaliki	{1}
    link-interwiki		{tekst/pl/1}
    cytat	cytatd|cytat z biblii	\p{1}\p
    nihongo		@parenthesis
    w języku	jęz.|język|r|odn|odn/id|przypisy|cytuj*|flaga|ipa*|główny artykuł|osobny artykuł|zobacz też|zob. też|kiedy?|kto?|gdzie?|jaki?|portal|kontrola autorytatywna|wikicytaty|dopracować|stub*|zalążek*|bez infoboksu|ujednoznacznienie|disambigr*|commons*|uwaga|uwagi|martwy link|data dostępu|dowód|infobox*|galeria|mapa lokalizacyjna|wikisłownik|infobox|biogram infobox|nk|nawigacja|poprzednik następca|medal|geografia|kto|u	-
    """#
}
