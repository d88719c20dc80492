/// Where a document ends, in symbols: its bytes, then the end symbol, then padding.
extension Configuration {
  /// The byte values' symbols come first; then these two.
  public var paddingSymbol: Int32 { 256 }
  public var endSymbol: Int32 { 257 }

  /// The bytes of a document whose symbols these are: up to the first that is no byte.
  package static func bytes(of symbols: [Int32]) -> [UInt8] {
    symbols.prefix { $0 < 256 }.map { UInt8(truncatingIfNeeded: $0) }
  }
}
