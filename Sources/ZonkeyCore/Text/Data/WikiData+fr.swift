// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/fr.tsv. Change that file, and run `make data`.

extension WikiData {
  static let fr = #"""
    # Templates of the French wikis: name, other names, what they leave in the text.
    @months		janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre
    @date		[{d} ][{m:month} ]{y}
    @group		\s
    @decimal		,
    unité	unité/2|tmp|température	@unit
    nombre	nb	{1:number}[ {2}]
    x10		×10{1:raised}
    exp	exposant	{1:raised}
    ind	indice	{1:lowered}
    e	è	e[{1:-=}]
    er	re|nd|nde|ème|ers|res	{0}[{1:-=}]
    1er	1re|2e|2d|2de|2nd|2nde|3e|4e|5e|6e|7e|8e|9e|10e|11e|12e|13e|14e|15e|16e|17e|18e|19e|20e|21e|ier|iie|iiie|ive|ve|vie|viie|viiie|ixe|xe|xie|xiie|xiiie|xive|xve|xvie|xviie|xviiie|xixe|xxe|xxie	{0}
    ier siècle	iie siècle|iiie siècle|ive siècle|ve siècle|vie siècle|viie siècle|viiie siècle|ixe siècle|xe siècle|xie siècle|xiie siècle|xiiie siècle|xive siècle|xve siècle|xvie siècle|xviie siècle|xviiie siècle|xixe siècle|xxe siècle|xxie siècle	{0}
    s	s-|s mini|s mini-	{1}{2=e} siècle
    -s	-s-	{1}{2=e} siècle av. J.-C.
    s2	s2-	{1}{2} et {3}{4} siècles
    av jc	avjc|av. j.-c.	av. J.-C.
    ap jc	apjc|apr. j.-c.	apr. J.-C.
    date	date-|date de naissance|date de naissance-|date de décès|date de décès-|date rapide	[{1}][ {2:month}][ {3}][{4:none}]
    heure		{1:integer} h[ {2:integer}]
    langue	lang|lang-texte	{2/texte}
    citation	guil|cita|guillemets	«\s{1}\s»
    citation bloc	début citation|citation étrangère|vers	\p{1}\p
    abréviation	abrév|abbr|abrev|nobr romains|nobr|petites capitales|pc|sc|petit|grand|souligner|référence nécessaire|refnec|référence souhaitée|passage non neutre|pas clair|passage à actualiser|refsou|romain|nobr	{1}
    m.	mme|mlle|mm.|mmes|mgr|me|dr|pr	{0}[ {1}]
    n°	numéro|no|n	n°[ {1}]
    p.	vol.|chap.|t.|art.|pp.|col.|fol.	{0}[ {1}]
    lien	lien interwiki|lien interlangue	{texte/fr/1/trad}
    fchim	formule chimique	@formula
    racine		√({1})
    incise	tirets	–\s{1}\s–
    japonais	nihongo	@parenthesis
    euro		{1:number} €
    ouvrage	article|lien web|lien brisé|lien archive|harvsp|sfn|harv|note|notes|références|référence|portail|palette|infobox*|ébauche*|voir aussi|article détaillé|article général|voir homonyme*|homonyme*|autres projets|drapeau*|api-*|prononciation|écouter|audio|confusion|autre*|loupe|bases|liens|dictionnaires|autorité|catégorie*|à sourcer|sources à lier|non neutre|quand|qui|où|lequel|combien|précision|citation nécessaire|source|clr|images|légende*|légende plume|image|image'|boîte*|début*|fin*|colonnes|taxobox*|bioref|site officiel|imdb|chapitre|isbn|issn|plume|en|fr|de|es|it|ru|ja|zh|la|el|grc|ar|pt|nl|sv|pl|mul|nb p.	-
    api		{1}
    """#
}
