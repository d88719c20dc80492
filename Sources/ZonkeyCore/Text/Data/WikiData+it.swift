// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/it.tsv. Change that file, and run `make data`.

extension WikiData {
  static let it = #"""
    # Templates of the Italian wikis: name, other names, what they leave in the text.
    @months		gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre
    @date		[{d} ][{m:month} ]{y}
    @group		.
    @decimal		,
    numero	formatnum	{1:number}
    m		@prefixed-unit
    exp		{1}×10{2:raised}
    tutto attaccato	ta|maiuscoletto|chiarire|citazione necessaria|senza fonte|cn|boxarrotondato|aut	{1}
    lingua	lang|colore|sort|sorted|ordina	{2}
    citazione	quote|q	\p{1}\p
    passo biblico		{1} {2}
    m s.l.m.		m s.l.m.
    tex		TeX
    latex		LaTeX
    nihongo		@parenthesis
    link-interwiki	ill	@link
    ...		-
    stub	s|nn|f|w|a|p|e|portale|interprogetto*|vedi anche|cita*|collegamento interrotto|dmoz|thesaurus bncf|controllo di autorità|nota|nota disambigua|disambigua|noisbn|issn|link audio|doi|decennio*|lingue|en|fr|de|es|ru|ja|pt|la|el|tassobox*|avvisounicode|references|immagine*|cassetto*|div col*|multicol|colbreak|endmulticol|colonne*|links|bio|carica pubblica|sportivo|film|album|interprogetto/*|link v|link vdq|link adq|link fa|vetrina|curiosità|divisione amministrativa|gemellaggio|infobox*|box*|comuniamm*|schedababelfish|monitoraggio|imdb|onorificenze|clade|legenda|quando|chi|dove|fonte|senza fonte sezione|da aggiornare|treccani|youtube	-
    bandiera		[{2:-=}]
    """#
}
