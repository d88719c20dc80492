// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/pt.tsv. Change that file, and run `make data`.

extension WikiData {
  static let pt = #"""
    # Templates of the Portuguese wikis: name, other names, what they leave in the text.
    @months		janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro
    @date		[{d} de ][{m:month} de ]{y}
    @group		\s
    @grouped-digits		5
    @decimal		,
    fmtn	formatnum	{1:number}
    dtlink	dtext|dni|dnibr|nascimento|morte|falecimento e idade|data de nascimento|data de nascimento e idade	@date dmy
    língua com nome	lang	{2}
    citação	citação2|quote|cquote|quote2	\p{1/texto}\p
    versalete	abrev|unicode|nowrap	{1}
    fração		@fraction
    nihongo		@parenthesis
    carece de fontes*	carece fontes*|citar *|harvref|sfn|ligação inativa|info/*|portal*|referências|notas|nota de rodapé|nre|flagicon|flagbr|bandeira|artigo principal|ver artigo principal|principal|vertambém|ver também|desambiguação|esboço*|mínimo|controle de autoria|correlatos|sem-fontes|mais fontes|revisão*|quem|quando|onde|por quem|qual|não confundir|outros usos|dablink|div col*|título em itálico|título-bloqueado|en|es|fr|de|it|link|imdb*|notas e referências|commonscat	-
    afi		{1}
    """#
}
