extension UInt8 {
  /// Whether this is a byte inside a UTF-8 character, not its first: 10xxxxxx.
  @inlinable package var isUTF8Continuation: Bool { self & 0xC0 == 0x80 }

  /// A space, a tab or a carriage return.
  @inlinable package var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D }
}
