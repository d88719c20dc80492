// swift-format-ignore-file
// Made by scripts/embed-wiki-data.sh out of share/zk/templates/ltg.tsv. Change that file, and run `make data`.

extension WikiData {
  static let ltg = #"""
    # Templates of the Latgalian wikis: name, other names, what they leave in the text.
    vol-*		{1}
    langwithname		{2}
    nūruodis	nūruodis*|nadabeigts rakstīņs|infoskreine*|catmain|catmore|commonscat|commons|nadabeigts*|atsauces|latvejis*|navbox*|links*|citi projekti|dokumentaceja|user *|teiklavīta|zeimeibu škiršona|kategoreja*	-
    """#
}
