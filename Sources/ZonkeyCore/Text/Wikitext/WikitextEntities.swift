extension WikitextScanner {
  /// Decodes a character reference or one of HTML's names; `&` alone is text.
  mutating func entity() {
    let begin = position + 1
    let isNumber = byte(at: begin) == 0x23
    var end = begin + (isNumber ? 1 : 0)
    while let byte = byte(at: end), end - begin < 12, byte.isASCIILetterOrDigit { end += 1 }
    guard end > begin, byte(at: end) == 0x3B, let scalar = Self.scalar(bytes[begin..<end]) else {
      write(0x26)
      position += 1
      return
    }
    position = end + 1
    // A space that does not break is for the layout of a page, not a matter of its text.
    let isSpace = scalar.value < 0x20 || scalar.value == 0xA0
    write(UTF8.encode(isSpace ? " " : scalar) ?? UTF8.encodedReplacementCharacter)
  }

  private static func scalar(_ name: ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard name.first == 0x23 else {
      return named(String(decoding: name, as: UTF8.self))
    }
    let digits = name.dropFirst()
    let isHexadecimal = digits.first.map { $0 | 0x20 == 0x78 } ?? false
    let text = String(decoding: isHexadecimal ? digits.dropFirst() : digits, as: UTF8.self)
    return UInt32(text, radix: isHexadecimal ? 16 : 10).flatMap { Unicode.Scalar($0) }
  }

  /// The character of one of HTML's names.
  static func named(_ name: String) -> Unicode.Scalar? {
    named[name].flatMap { Unicode.Scalar($0) }
  }

  /// HTML 4's names, written as runs of consecutive code points.
  private static let named: [String: UInt32] = {
    let runs: [(UInt32, String)] = [
      (0x22, "quot"), (0x26, "amp"), (0x3C, "lt"), (0x3E, "gt"),
      (
        0xA0,
        """
        nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr
        deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34
        iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml
        Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave
        Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil
        egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde
        ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml
        """
      ),
      (0x152, "OElig oelig"), (0x160, "Scaron scaron"), (0x178, "Yuml"), (0x192, "fnof"),
      (0x2C6, "circ"), (0x2DC, "tilde"),
      (
        0x391,
        """
        Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho
        """
      ),
      (0x3A3, "Sigma Tau Upsilon Phi Chi Psi Omega"),
      (
        0x3B1,
        """
        alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho
        sigmaf sigma tau upsilon phi chi psi omega
        """
      ),
      (0x2002, "ensp emsp"), (0x2009, "thinsp"), (0x200C, "zwnj zwj lrm rlm"),
      (0x2013, "ndash mdash"), (0x2018, "lsquo rsquo sbquo"), (0x201C, "ldquo rdquo bdquo"),
      (0x2020, "dagger Dagger bull"), (0x2026, "hellip"), (0x2030, "permil"),
      (0x2032, "prime Prime"), (0x2039, "lsaquo rsaquo"), (0x203E, "oline"), (0x2044, "frasl"),
      (0x20AC, "euro"), (0x2122, "trade"), (0x2190, "larr uarr rarr darr harr"),
      (0x21D0, "lArr uArr rArr dArr hArr"), (0x2200, "forall"), (0x2202, "part exist"),
      (0x2205, "empty"), (0x2207, "nabla isin notin"), (0x220B, "ni"), (0x220F, "prod"),
      (0x2211, "sum minus"), (0x2217, "lowast"), (0x221A, "radic"), (0x221D, "prop infin"),
      (0x2220, "ang"), (0x2227, "and or cap cup int"), (0x2234, "there4"), (0x223C, "sim"),
      (0x2245, "cong"), (0x2248, "asymp"), (0x2260, "ne equiv"), (0x2264, "le ge"),
      (0x2282, "sub sup nsub"), (0x2286, "sube supe"), (0x2295, "oplus"), (0x2297, "otimes"),
      (0x22A5, "perp"), (0x22C5, "sdot"), (0x25CA, "loz"), (0x2660, "spades"),
      (0x2663, "clubs"), (0x2665, "hearts diams"),
    ]
    var names = ["apos": UInt32(0x27)]
    for (first, words) in runs {
      for (index, word) in words.split(whereSeparator: \.isWhitespace).enumerated() {
        if names[String(word)] == nil { names[String(word)] = first + UInt32(index) }
      }
    }
    return names
  }()
}
