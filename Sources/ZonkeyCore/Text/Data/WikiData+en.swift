// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/en.tsv. Change that file, and run `make data`.

extension WikiData {
  static let en = #"""
    # Templates of the English wikis: name, other names, what they leave in the text.
    @months		January|February|March|April|May|June|July|August|September|October|November|December
    @date		[{m:month} ][{d}, ]{y}
    @group		,
    @decimal		.
    # words in some dress
    nobr	nwr|j|nowrap link	{1}
    sc	sc2|smallcaps2|sc1	{1}
    angbr ipa	abbrlink|abbr link|key|button|bold|big|hebrew|hebr|arabic|greek|cyrillic|chinese|zh-cn|nastaliq|ur|ruby-ja	{1}
    script/hebrew	script/arabic|script/greek|script/hebr|script/cyrillic|script/armenian	{1}
    typo	proper name|as written|chem name|visible anchor|vanchor|va|strikethrough|s|b|i|hilite|highlight|w	{1}
    center	centre|left|block indent|indent|plainlist|plain list|flatlist|columns-list|div col list	{1}
    ipa		{2/1}
    clarify span	citation needed span|cn-span|bad summary	{1/text}
    script	script2|wikt-lang|wt|langwithname|rtl-lang|ltr-lang|bg|hs-sort|hidden sort|sort	{2}
    resize	font|fs|font size|fontsize|tlit	@last
    ce		{1}
    chem name	math|railgauge|track gauge	{1}
    birth-date	death-date|start-date|end-date	{1}
    hlist	ubl|unbulleted list|ublist|unbullet|comma separated entries|cslist	@join ,\s
    linktext join		@join
    sortname		{1} {2}
    ship	ipav|bibleverse|bibleref	{1} {2}
    sclass	sclass-|sclass2|sclass2-	{1}-class {2}
    hms	uss|ss|rms|hmas|hmcs|hmnzs|ms|mv|usns|uscgc|ins|sms	{0:uc} {1}
    lang-zh	zh|zh-full|zh-cp	@named t,s,c,p,hp,tp,w,j,l
    korean	lang-ko-full	@named hangul,hanja,rr,mr
    ill2	interlink|link-interwiki	@link
    nihongo	nihongo2|nihongo3|nihongo foot	@parenthesis
    # words before or around others
    circa	c.|ca.|ca	c. {1}
    floruit	fl.	fl. {1}
    reign	r.	r. {1}
    born-in	b.	b. {1}
    d.		d. {1}
    lit	literally|lit.	lit. {1}
    angbr	angle bracket|angle brackets|vr|grapheme	⟨{1}⟩
    gloss		‘{1}’
    us$	usd|us dollar	${1}
    gbp	£|gb£	£{1}
    €	euro|eur	€{1}
    inr	indian rupee|₹	₹{1}
    # characters
    dash	spaced mdash|spaced em dash|smd	\s–\s
    spaced mdash	spaced em dash|smd	\s—\s
    mdashb		—
    sp	pipe space	\s
    *	wrap|\\	\s·\s
    ,-'	-'|apostrophe|`	'
    's		's
    ' "		'"
    '"		'"
    " '		"'
    eqm	chem equilibrium	⇌
    x mark	times	×
    dagger	dag	†
    tex		TeX
    latex		LaTeX
    pi	π	π
    minus	minus sign	−
    plus or minus	+-	±
    # numbers
    e		×10{1:raised}
    esp	exponent	{1:raised}
    pow		{1}{2:raised}
    formatnum	formnum|fnum|number	{1:number}
    nts		{1:number}
    ordinal		{1:ordinal}
    num		{1:number}
    # dates
    birth date	birth date and age|bda|dob|birth date and age2|birthdate	@date
    death date	death date and age|dda|dod|start date|start date and age|end date|end date and age|dts|release date|launch date	@date
    birth year and age	death year and age	{1}
    as of	asof	@as-of
    conv		@convert
    coor	coords	@coordinates
    fracn	bruch|physical value|sfracn	@fraction
    # paragraphs
    block quote	bquote|quote frame|rquote|poemquote|poem quote|verse translation|quote box2|quote1	\p{1/text/quote}\p
    # what is no part of a sentence
    harvard citation*	harvcoltxt|harvp|harvcol|vcite *|sfnref|r+|refn|efn-ua|efn-la|notes|see|details|further|about|distinguish|for|other uses|otheruses*	-
    by whom*	who|when|where|which|why|how|what|clarify*|vague|page needed*|verify*|dubious*|according to whom*|better source*|full citation needed*|failed verification*|original research*|unreliable source*|needs update*|update*|citation needed*|fact*|verification needed*|not in citation given|primary source inline|relevance*|discuss|disputed inline|specify|elucidate|page number|synthesis inline|weasel inline|tone inline|pov inline|under discussion inline|retracted|self-published inline*|medical citation needed*|non-primary source needed*|undue weight inline|peacock inline|editorializing|lead citation needed|rp|asin|hdl|bibcode|jstor|ndash fn	-
    use dmy dates|use mdy dates	pp-*|good article|featured article|redirect*|r from *|r to *|defaultsort|wikt|wikibooks|wikinews|wikispecies|sister project links|portal*|gutenberg *|librivox *|internet archive*|imdb *|official website|official|dmoz|curlie|youtube|google books|cite*|anchor|inflation-fn|inflation-year fn|pronunciation|pronunciation needed|respell|ipa*|audio*|harvid	-
    flagdeco	enlink	-
    flag	flagcountry|flagu	{1}
    decrease	increase|steady|decreasepositive|increasenegative|gain|loss	-
    multiple image	double image|wide image|image|annotated image*|css image crop|location map*|legend|legend2|bartable|clade|graph*|chart|chart2|tree list*|bar box|bar percent|col-*|colbegin|colend|col begin|div col*|end div col|s-*|succession box|multicol|multicol-*|pad|collapsible list|collapse *|hidden*|hatnote*|listen|gallery*|plainlist end|end|stub|*-stub|unreferenced*|refimprove*|more citations needed*|multiple issues|expand *|pov|orphan|notability|cleanup*|update after|coi|no footnotes|more footnotes*|original research|disambiguation|disambig*|geodis|hndis|given name|surname|index of*|lists of*|authority control*|taxonbar|subject bar|sisterlinks|commons*|wikisource*|wikiquote*|wiktionary*|wikivoyage*|template other	-
    """#
}
