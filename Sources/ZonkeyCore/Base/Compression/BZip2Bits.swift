/// The numbers by which parts of a bzip2 stream are known.
package enum BZip2Magic {
  /// The digits of pi.
  package static var block: UInt64 { 0x3141_5926_5359 }
  /// The digits of its square root.
  package static var end: UInt64 { 0x1772_4538_5090 }

  /// How many bytes are looked at for a number that begins in the first of them.
  static var windowBytes: Int { 8 }

  /// The first bit at which either stands, at `start` (0…7) or behind it.
  ///
  /// A number that begins in the last seven bytes is not seen.
  package static func firstBit(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var index = 0
    let last = bytes.count - windowBytes
    return shifts.withUnsafeBufferPointer { shifts in
      while index <= last {
        var candidates = shifts[Int(bytes[index + 1])]
        while candidates != 0 {
          let shift = candidates.trailingZeroBitCount
          candidates &= candidates - 1
          let word = UInt64(
            bigEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
          let number = word >> UInt64(16 - shift) & 0xFFFF_FFFF_FFFF
          if number == block || number == end, index > 0 || shift >= start {
            return index * 8 + shift
          }
        }
        index += 1
      }
      return nil
    }
  }

  /// For each byte, at which bits (0…7, as a set) of the byte before it a number may begin.
  private static let shifts: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 256)
    for shift in 0..<8 {
      for number in [block, end] {
        table[Int(number >> UInt64(32 + shift) & 0xFF)] |= 1 << UInt8(shift)
      }
    }
    return table
  }()
}

/// Writes bits one after another, the highest first.
package struct BitWriter {
  private var bytes: [UInt8]
  /// The bits of the byte that is not full, at its lower end.
  private var partial: UInt8 = 0
  private var partialCount = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Appends the lowest `count` bits of a number.
  package mutating func append(_ value: UInt64, count: Int) {
    for index in stride(from: count - 1, through: 0, by: -1) {
      partial = partial << 1 | UInt8(truncatingIfNeeded: value >> UInt64(index) & 1)
      partialCount += 1
      if partialCount == 8 {
        bytes.append(partial)
        partialCount = 0
      }
    }
  }

  /// Appends bits of bytes, beginning at a bit (0…7) of the first. Nothing partial precedes.
  package mutating func append(_ source: [UInt8], from bit: Int, count: Int) {
    precondition(partialCount == 0 && bit + count <= source.count * 8, "bits out of place")
    bytes.reserveCapacity(bytes.count + count / 8 + 16)
    source.withUnsafeBufferPointer { source in
      for index in 0..<(count / 8) {
        // What a shift by eight leaves of the next byte is nothing.
        let low = bit == 0 ? 0 : source[index + 1] >> UInt8(8 - bit)
        bytes.append(source[index] << UInt8(bit) | low)
      }
    }
    let rest = bit + count / 8 * 8
    for index in rest..<(bit + count) {
      append(UInt64(source[index / 8] >> UInt8(7 - index % 8) & 1), count: 1)
    }
  }

  /// The bytes, the last one filled up with zeros.
  package func finished() -> [UInt8] {
    partialCount == 0 ? bytes : bytes + [partial << UInt8(8 - partialCount)]
  }
}
