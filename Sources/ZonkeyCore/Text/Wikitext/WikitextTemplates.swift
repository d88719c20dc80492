/// What text a template leaves.
///
/// Templates are not expanded: their definitions are not at hand, and most make boxes and notes.
/// Those that only dress words or numbers are listed here, so that sentences keep them.
enum TemplateText: Sendable {
  /// The argument of this number, from 1.
  case argument(Int)
  /// The last argument without a name.
  case lastArgument
  /// The first so many arguments with this between them.
  case joined(Int, String)
  /// The first argument between these, or nothing when it is empty.
  case around(String, String)
  /// A text of its own.
  case constant(String)
  /// The first argument as a paragraph.
  case paragraph
  /// The first of these named arguments that is there, otherwise the first argument.
  case named([String])
  /// All of these named arguments that are there.
  case namedList([String])
  case accidental, asOf, convert, coordinates, date, fraction, japanese, number, power, value
  /// The name of the template, then the first argument, as those of ships.
  case prefixed

  /// What a template of this name leaves; `nil` when that is nothing.
  ///
  /// Names are compared without regard to case, spaces and underscores being the same.
  static func of(_ name: String) -> TemplateText? {
    if let text = byName[name] { return text }
    let isLanguage = languagePrefixes.contains { name.hasPrefix($0) } || isGermanLanguage(name)
    return isLanguage ? .argument(1) : nil
  }

  /// Functions of the parser, whose first argument stands after a colon.
  static func ofFunction(_ name: String) -> TemplateText? {
    switch name {
    case "formatnum": .number
    case "lc", "uc", "lcfirst", "ucfirst": .argument(1)
    default: nil
    }
  }

  /// Templates named by a language, which show a word of it.
  private static let languagePrefixes = ["lang-", "vol-", "لغة-"]

  /// German has `enS`, `laS` and so on.
  private static func isGermanLanguage(_ name: String) -> Bool {
    (3...4).contains(name.utf8.count) && germanLanguages.contains(name)
  }

  private static let germanLanguages: Set<String> = [
    "ens", "las", "frs", "its", "ess", "rus", "pls", "css", "huss", "trs", "ars", "hes", "els",
    "jas", "zhs", "kos", "nls", "das", "svs", "nos", "fis", "pts", "ros", "uks", "srs", "hrs",
    "sls", "sks", "bgs", "grcs", "des", "gas", "cys", "eus", "cas", "fas", "his", "sas", "ets",
    "lvs", "lts", "iss",
  ]

  private static let byName: [String: TemplateText] = {
    var texts: [String: TemplateText] = [:]
    for (text, names) in list {
      for name in names.split(whereSeparator: { $0 == "," || $0.isNewline }) {
        texts[folded(name.utf8)] = text
      }
    }
    return texts
  }()

  /// A name as it is compared.
  static func folded(_ name: some Sequence<UInt8>) -> String {
    let words = name.split { $0 == 0x20 || $0 == 0x5F || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    return String(decoding: Array(words.joined(separator: [0x20])), as: UTF8.self).lowercased()
  }

  /// Each text and the templates that have it, their names parted by commas.
  private static let list: [(TemplateText, String)] = [
    (
      .argument(1),
      """
      nowrap,nobr,nobreak,nwr,no wrap,j,tutto attaccato,ta,nobold,normal,noitalic
      small,smaller,big,larger,large,small caps,smallcaps,sc,sc1,sc2,smallcaps2,maiuscoletto,aut
      abbr,abbrv,tooltip,hover title,angbr ipa,mvar,math,bigmath,var,mono,kbd,key press,key,keypress
      code,tt,samp,em,strong,bold,italic,i,b,sup,sub,sic,not a typo,notatypo,typo,proper name
      unicode,iast,polytonic,script,hebrew,hebr,arabic,greek,cyrillic,chinese,zh-cn,nastaliq,ur
      center,centre,left,block indent,indent,visible anchor,vanchor,va,underline,u,strikethrough
      chem2,ce,linktext,railgauge,track gauge,ordinal,birth-date,death-date,date
      start-date,end-date,hilite,w
      plainlist,plain list,flatlist,columns-list,div col list,clarify span,citation needed span
      cn-span,cn,chiarire,citazione necessaria,senza fonte,boxarrotondato
      要出典範囲,要検証範囲,年月日,補助漢字フォント,jis2004フォント,ルビ,ruby
      ألمانية,إنجليزية,فرنسية,لاتينية,إسبانية,إيطالية,روسية,تركية,إغريقية,عبرية,فارسية,إنج,فرن
      нп,нет аи,ruby-ja,script/hebrew,script/arabic,script/greek,script/hebr
      """
    ),
    (
      .argument(2),
      """
      lang,langx,langue,язык,langwithname,rtl-lang,ltr-lang,script2,wikt-lang,wt,color,colour,colore
      font color,fontcolor,colored text,bg,sort,sorted,hs-sort,hidden sort,цвет,lingua
      """
    ),
    (.lastArgument, "transl,transliteration,tlit,xlit,resize,font,fs,font size,fontsize,col-list"),
    (
      .joined(9, ""), "chem,chem/link,linktext join"
    ),
    (.joined(2, " "), "sortname,ship,passo biblico,ipav,bibleverse,bibleref,bibelstelle"),
    (.joined(2, "-class "), "sclass,sclass-,sclass2,sclass2-"),
    (.joined(20, ", "), "hlist,ubl,unbulleted list,ublist,unbullet,comma separated entries"),
    (.prefixed, "hms,uss,ss,rms,hmas,hmcs,hmnzs,ms,mv,usns,uscgc,ins,sms"),
    (.around("c. ", ""), "circa,c.,ca.,ca"),
    (.around("fl. ", ""), "floruit,fl."),
    (.around("r. ", ""), "reign,r."),
    (.around("b. ", ""), "b."),
    (.around("d. ", ""), "d."),
    (.around("lit. ", ""), "lit,literally,lit."),
    (.around("⟨", "⟩"), "angbr,angle bracket,angle brackets,vr,grapheme"),
    (.around("‘", "’"), "gloss"),
    (.around("„", "“"), "\""),
    (.around("$", ""), "us$,usd,us dollar,formatprice"),
    (.around("£", ""), "gbp,£,gb£"),
    (.around("€", ""), "€,euro,eur"),
    (.around("₹", ""), "inr,indian rupee,₹"),
    (.around("", " m"), "höhe"),
    (.constant("–"), "ndash,endash,en dash,–"),
    (.constant(" – "), "spaced ndash,snd,spnd,spaced en dash,spndash,sndash,dash"),
    (.constant("—"), "mdash,emdash,em dash,mdashb"),
    (.constant(" — "), "spaced mdash,spaced em dash,smd"),
    (.constant(" "), "nbsp,space,spaces,thinsp,thin space,nnbsp,sp,,nbs,ensp,emsp"),
    (.constant(" · "), "·,dot,middot,•,bull,bullet,*,wrap,\\"),
    (.constant("'"), "',-',apostrophe,`"),
    (.constant("'s"), "'s"),
    (.constant("'\""), "' \",'\""),
    (.constant("\"'"), "\" '"),
    (.constant("="), "="),
    (.constant("|"), "!"),
    (.constant("⇌"), "eqm,chem equilibrium"),
    (.constant("×"), "x mark,times"),
    (.constant("†"), "dagger,dag,†"),
    (.constant("TeX"), "tex"),
    (.constant("LaTeX"), "latex"),
    (.constant("m s.l.m."), "m s.l.m."),
    (
      .paragraph,
      """
      quote,blockquote,block quote,cquote,bquote,quotation,quote frame,rquote,poemquote,poem quote
      verse translation,citazione,q,zitat,zitat-en,quote box2,начало цитаты,цитата,اقتباس,quote1
      """
    ),
    (
      .named(["label", "lt", "display", "نص", "عر", "txt", "testo"]),
      "ill,interlanguage link,ill2,仮リンク,illm,link-interwiki,وإو,نص وصلة,не переведено,iw,interlink"
    ),
    (.namedList(["t", "s", "c", "p", "hp", "tp", "w", "j", "l"]), "zh,lang-zh,zh-full,zh-cp"),
    (.namedList(["hangul", "hanja", "rr", "mr"]), "korean,lang-ko-full"),
    (.accidental, "music"),
    (.asOf, "as of,asof"),
    (.convert, "convert,cvt,conv"),
    (.coordinates, "coord,coor,coords"),
    (
      .date,
      """
      birth date,birth date and age,bda,dob,birth date and age2,birth year and age,birthdate,birth
      death date,death date and age,dda,dod,death year and age,death,start date,start date and age
      end date,end date and age,dts,film date,release date,start and end dates,launch date
      """
    ),
    (.fraction, "frac,fraction,sfrac,fracn,bruch"),
    (.japanese, "nihongo,nihongo2,nihongo3,nihongo foot,読み仮名,jap"),
    (.number, "formatnum,formnum,fnum,number,numero,num,nombre,zahl,formatnumber,gaps"),
    (.power, "e,exp,10^,esp,×10^"),
    (.value, "val,m,unità,unité,unite,nts,physical value"),
  ]
}
