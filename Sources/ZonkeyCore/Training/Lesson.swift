import ZonkeyModel

/// A crop as a splitter that learns from a teacher's reads it, and as the teacher does.
///
/// Where spaces are hidden from the learner, it learns to find without them what the teacher finds by
/// them, as WtP learns the ends of lines without newlines (arXiv 2305.18893).
package struct Lesson {
  /// What the teacher reads.
  package let whole: DocumentSymbols
  /// What the learner reads: all of it but the spaces that are hidden.
  package let seen: DocumentSymbols
  /// Of each symbol that is seen, its place in the whole.
  package let places: [Int]

  /// `hides` tells of a space's place whether it is hidden.
  package init(_ crop: Crop, _ configuration: Configuration, hides: (_ place: Int) -> Bool) {
    let whole = crop.symbols(configuration)
    let space = Int32(UInt8(ascii: " "))
    let visible = whole.symbols.indices.filter { whole.symbols[$0] != space || !hides($0) }
    // Nothing at all would be no text.
    places = visible.isEmpty ? Array(whole.symbols.indices) : visible
    self.whole = whole
    seen = DocumentSymbols(
      symbols: places.map { whole.symbols[$0] }, real: places.count { $0 < whole.real },
      complete: whole.complete)
  }

  /// The probability of a start at each symbol that is seen: the greatest that the teacher gives to it
  /// and to the hidden ones before it, since a word may begin at its space.
  package func probabilities(_ teacher: UnsafePointer<Float>) -> [Float] {
    var first = 0
    return places.map { place in
      defer { first = place + 1 }
      return (first...place).reduce(0) { max($0, teacher[$1]) }
    }
  }
}
