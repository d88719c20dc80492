import ZonkeyPlatform

extension UnsafeRawBufferPointer {
  /// The first place of a byte, found with the C library's vectorised search.
  package func firstIndex(of byte: UInt8) -> Int? {
    guard let baseAddress, let found = memchr(baseAddress, Int32(byte), count) else { return nil }
    return UnsafeRawPointer(found) - baseAddress
  }

  /// The first place from `start` on of a byte for which `test` sets its lane, or the count.
  ///
  /// `test` sees sixteen bytes at once, behind the end zeros, and decides about each by itself.
  @inlinable @inline(__always)
  package func firstIndex(
    from start: Int, where test: (SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>>
  ) -> Int {
    var index = start
    while index < count {
      var block = SIMD16<UInt8>()
      if count - index >= 16 {
        block = loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
      } else {
        for lane in 0..<count - index { block[lane] = self[index + lane] }
      }
      if let lane = test(block).firstLane { return Swift.min(count, index + lane) }
      index += 16
    }
    return count
  }

  package var newlineCount: Int {
    var (sum, rest) = (0, self)
    while let found = rest.firstIndex(of: 0x0A) {
      sum += 1
      rest = UnsafeRawBufferPointer(rebasing: rest[(found + 1)...])
    }
    return sum
  }
}

extension [UInt8] {
  /// The newlines before an index.
  package func newlineCount(before index: Int) -> Int {
    withUnsafeBytes {
      UnsafeRawBufferPointer(rebasing: $0[..<Swift.min(index, $0.count)]).newlineCount
    }
  }
}

extension SIMDMask<SIMD16<Int8>> {
  /// The first lane that is set.
  @inlinable @inline(__always)
  package var firstLane: Int? {
    let halves = unsafeBitCast(self, to: SIMD2<UInt64>.self)
    if halves[0] != 0 { return halves[0].trailingZeroBitCount / 8 }
    return halves[1] == 0 ? nil : 8 + halves[1].trailingZeroBitCount / 8
  }
}

// With a byte instead of a vector of it, the standard library compares lane by lane.
extension SIMD16<UInt8> {
  /// The lanes that are `byte`.
  @inlinable @inline(__always)
  package func equals(_ byte: UInt8) -> SIMDMask<SIMD16<Int8>> { self .== Self(repeating: byte) }

  /// The lanes that are less than `byte`.
  @inlinable @inline(__always)
  package func isBelow(_ byte: UInt8) -> SIMDMask<SIMD16<Int8>> { self .< Self(repeating: byte) }

  /// All lanes with the bits of `byte` set.
  @inlinable @inline(__always)
  package func with(_ byte: UInt8) -> Self { self | Self(repeating: byte) }
}
