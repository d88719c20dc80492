// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/common.tsv. Change that file, and run `make data`.

extension WikiData {
  static let common = #"""
    # Templates that mean the same in the wikis of all languages that have them.
    # functions of the parser
    formatnum:		{1:number}
    lc:		{1:lc}
    uc:		{1:uc}
    lcfirst:		{1:lcfirst}
    ucfirst:		{1:ucfirst}
    pagename	fullpagename|pagename:|basepagename	{@title}
    #tag:	#tag:ref	-
    displaytitle:	defaultsort:|defaultsortkey:|defaultcategorysort:	-
    anchorencode:	#related:|#coordinates:|#seo:|#babel:	-
    # characters
    !		|
    =		=
    ·		\s·\s
    •	middot|dot|bull|bullet	\s·\s
    ndash	en dash|endash|–	–
    mdash	em dash|emdash|—	—
    spaced ndash	snd|spnd|spaced en dash|spndash|sndash	\s–\s
    nbsp	space|spaces|thinsp|thin space|nnbsp|hair space|hairsp|ensp|emsp|zwsp|nbs	\s
    '		'
    okina	ʻokina|ʻ	ʻ
    'okina		ʻ
    shy	wbr|zwj|zwnj	-
    ×		×
    −		−
    †		†
    # words in some dress
    nowrap	nobr|nobreak|no wrap|nowrap begin	{1}
    nobold	noitalic|normal|small|smaller|big|bigger|larger|large|resize text	{1}
    small caps	smallcaps|sc1|smcp	{1}
    sup		{1:raised}
    sub		{1:lowered}
    su		[{p:raised}][{b:lowered}]
    10^		10{1:raised}
    ×10^		×10{1:raised}
    abbr	abbrv|abbreviation|tooltip|hover title	{1}
    lang	lang-text	{2/text}
    langx		{2/text}
    lang-*		{1/text}
    transl	transliteration|translit|xlit	@last
    unicode	ipa|iast|polytonic|not a typo|notatypo|sic	{1}
    mvar	math|bigmath|mathematics	{1}
    var	kbd|samp|code|tt|mono|key press|keypress|em|strong|bold|italic|italics|underline	{1}
    font color	fontcolor|color|colored text|colour|colored	{2}
    anchor	ancora|visible anchor|vanchor|vanc	-
    linktext		@join
    gaps		@join
    # measures and numbers
    convert	cvt	@convert
    val		@value
    frac	fraction|sfrac	@fraction
    chem	chem/link	@formula
    chem2		@short-formula
    coord		@coordinates
    music		@accidental
    # links to other languages
    ill	interlanguage link|interlanguage link multi|illm	@link
    # paragraphs
    quote	blockquote|cquote|quotation	\p{1/text/quote}\p
    # what is no part of a sentence
    reflist	refbegin|refend|references|efn|refn|sfn|sfnm|sfnp|harvnb|harv|harvtxt|rp|r|ref|note|notelist	-
    cite *	citation|citation needed|fact|cn|webarchive|wayback|dead link|isbn|issn|doi|oclc|pmid	-
    clear	clr|br|-|toc|toc right|toc left|main|see also|authority control|commons|commons category|wikiquote|wikisource|wiktionary	-
    infobox*	taxobox*|speciesbox|automatic taxobox|navbox*|sidebar*|short description	-
    flag icon	flagicon|flagicon2|audio|listen|ipac-*	-
    ipa-*		-
    """#
}
