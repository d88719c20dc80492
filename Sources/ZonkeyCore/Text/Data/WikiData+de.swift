// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/de.tsv. Change that file, and run `make data`.

extension WikiData {
  static let de = #"""
    # Templates of the German wikis: name, other names, what they leave in the text.
    @months		Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember
    @date		[{d}. ][{m:month} ]{y}
    @group		.
    @decimal		,
    formnum	formatzahl	{1:number}
    ens	las|frs|its|ess|rus|pls|css|huss|trs|ars|hes|els|jas|zhs|kos|nls|das|svs|nos|fis|pts|ros|uks|srs|hrs|sls|sks|bgs|grcs|des|gas|cys|eus|cas|fas|his|sas|ets|lvs|lts|iss|mks|sqs|hys|kas|vis|ths|ids|gds|ens|aas|bes	{1}
    nobr	nobreak|nwr|polytonisch|polytonic|kapitälchen|sperrschrift|gesperrt|altgriechisch|unicode|umschrift	{1}
    "		„{1}“
    zitat	zitat-en|zitat-fr|zitat-la|blockzitat	\p{text/1}\p
    höhe		{1} m
    e		·10{1:raised}
    bruch		@fraction
    §		§\s{1}
    0		-
    sic	sic!	{1}
    absatz		\p
    ausrufezeichen		!
    hauptartikel	siehe auch|internetquelle|literatur|webarchiv|der spiegel|dnb*|normdaten|belege*|beleg|positionskarte*|farblegende|wahldiagramm*|audio|lautschrift|anker|fn|fnz|flagge|galerie|mehrere bilder|personendaten|schwesterprojekte|portal|begriffsklärung*|weiterleitungshinweis|lesenswert|exzellent|toter link|gesprochener artikel|commonscat|navigationsleiste*|infobox*|zukunft|veraltet|überarbeiten|lückenhaft|qs-*|löschantragstext|nur liste|imagemap*|absatz-|google buch|adb|ndb|ddb|issn|iep|utb-*|lagis|hls|oebl|öbl|bbkl	-
    """#
}
