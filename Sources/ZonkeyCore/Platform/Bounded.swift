extension Int {
  /// A number without its fraction, moved into `range`; 0, moved there too, for not-a-number.
  ///
  /// Every conversion of a floating-point number that comes from a file, an option or a
  /// computation goes through here: `Int(_:)` ends the process for what it cannot hold.
  package init(bounded value: Double, to range: ClosedRange<Int> = .min ... .max) {
    let whole = value.isNaN ? 0 : value.rounded(.towardZero)
    if whole >= 0x1p63 {
      self = range.upperBound
    } else if whole < -0x1p63 {
      self = range.lowerBound
    } else {
      self = Swift.min(Swift.max(Int(whole), range.lowerBound), range.upperBound)
    }
  }

  /// The sum, or the largest number when that is too large; for counts, which are not negative.
  package func adding(bounded other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
