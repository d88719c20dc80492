// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/es.tsv. Change that file, and run `make data`.

extension WikiData {
  static let es = #"""
    # Templates of the Spanish wikis: name, other names, what they leave in the text.
    @months		enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre
    @date		[{d} de ][{m:month} de ]{y}
    @group		\s
    @grouped-digits		5
    @decimal		,
    unidad		@unit
    esd	versalita|versalitas|abr|abreviatura|abreviación|romanos	{1}
    cita		\p{1}\p
    fecha	fecha de nacimiento|fecha de fallecimiento|fecha de inicio	@date dmy
    siglo		{3:s=siglo,S=Siglo} {1}[ {2:a=a. C.,d=d. C.}]
    convertir		@convert
    fracción		@fraction
    nihongo		@parenthesis
    enlace interlingüístico		@link
    cita *	citar *|obra citada|cita requerida|harvnp|harvsp|listaref|ficha*|vt|ap|otros usos|bandera|bandera2|geodatos|control de autoridades|portal|audio|título en cursiva|título sin coletilla|enlace roto|enlace pasivo|referencias|wikificar|ordenar|desambiguación|sucesión|subsección|véase también|artículo principal|en|fr|de|it|pt|sinrelevancia|refmejorar|aclaración requerida|cuándo|quién|dónde|cuál|por quién|actualizar|commonscat|esbozo*|miniesbozo|verificar	-
    afi		{1}
    """#
}
