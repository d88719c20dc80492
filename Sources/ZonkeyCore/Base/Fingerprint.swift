/// A 64-bit content id, such as a model's: equal content has equal fingerprints.
///
/// It tells models apart and finds accidents; it is no protection against someone who forges
/// one. Printed as sixteen lower-case hexadecimal digits.
package struct Fingerprint: Hashable, Sendable, LosslessStringConvertible {
  package let value: UInt64

  package init(value: UInt64) { self.value = value }

  /// Reads what `description` prints: exactly sixteen lower-case hexadecimal digits.
  package init?(_ description: String) {
    let isDigits = description.utf8.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
    }
    guard isDigits, description.utf8.count == 16, let value = UInt64(description, radix: 16)
    else { return nil }
    self.value = value
  }

  package var description: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}

/// Computes a fingerprint of bytes that come in pieces.
///
/// The function is XXH64 with seed 0 (Y. Collet, "xxHash fast digest algorithm", version 0.1.1),
/// so `xxhsum -H64` and its many libraries give the same number for the same bytes. How the
/// bytes are cut into pieces does not matter.
package struct FingerprintHasher: Sendable {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5
  private static let stripeBytes = 32

  /// The four running sums, each fed eight bytes of every stripe.
  private var lanes = SIMD4<UInt64>(prime1 &+ prime2, prime2, 0, 0 &- prime1)
  /// The bytes after the last full stripe.
  private var rest: [UInt8] = []
  private var totalBytes: UInt64 = 0

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    totalBytes &+= UInt64(bytes.count)
    var position = 0
    if !rest.isEmpty {
      position = min(Self.stripeBytes - rest.count, bytes.count)
      rest.append(contentsOf: bytes[..<position])
      guard rest.count == Self.stripeBytes else { return }
      let stripe = rest
      stripe.withUnsafeBytes { add(stripe: $0, at: 0) }
      rest.removeAll(keepingCapacity: true)
    }
    while bytes.count - position >= Self.stripeBytes {
      add(stripe: bytes, at: position)
      position += Self.stripeBytes
    }
    rest.append(contentsOf: bytes[position...])
  }

  package mutating func update(_ bytes: some Collection<UInt8>) {
    let done: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
    if done == nil { Array(bytes).withUnsafeBytes { update($0) } }
  }

  /// A whole number, as eight little-endian bytes.
  package mutating func update(_ value: Int) {
    withUnsafeBytes(of: Int64(value).littleEndian) { update($0) }
  }

  /// The fingerprint of everything up to now; more may follow.
  package func finish() -> Fingerprint {
    var hash = totalBytes >= UInt64(Self.stripeBytes) ? merged() : Self.prime5
    hash &+= totalBytes
    rest.withUnsafeBytes { bytes in
      var position = 0
      while bytes.count - position >= 8 {
        hash ^= Self.round(0, Self.word(bytes, position))
        hash = Self.rotate(hash, 27) &* Self.prime1 &+ Self.prime4
        position += 8
      }
      if bytes.count - position >= 4 {
        let half = UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
        hash ^= UInt64(half) &* Self.prime1
        hash = Self.rotate(hash, 23) &* Self.prime2 &+ Self.prime3
        position += 4
      }
      for byte in bytes[position...] {
        hash ^= UInt64(byte) &* Self.prime5
        hash = Self.rotate(hash, 11) &* Self.prime1
      }
    }
    return Fingerprint(value: Self.avalanche(hash))
  }

  private mutating func add(stripe bytes: UnsafeRawBufferPointer, at offset: Int) {
    for lane in 0..<4 {
      lanes[lane] = Self.round(lanes[lane], Self.word(bytes, offset + 8 * lane))
    }
  }

  private func merged() -> UInt64 {
    var hash =
      Self.rotate(lanes[0], 1) &+ Self.rotate(lanes[1], 7) &+ Self.rotate(lanes[2], 12)
      &+ Self.rotate(lanes[3], 18)
    for lane in 0..<4 {
      hash ^= Self.round(0, lanes[lane])
      hash = hash &* Self.prime1 &+ Self.prime4
    }
    return hash
  }

  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    value &<< count | value &>> (64 &- count)
  }

  private static func round(_ sum: UInt64, _ input: UInt64) -> UInt64 {
    rotate(sum &+ input &* prime2, 31) &* prime1
  }

  private static func avalanche(_ value: UInt64) -> UInt64 {
    var hash = value
    hash = (hash ^ hash &>> 33) &* prime2
    hash = (hash ^ hash &>> 29) &* prime3
    return hash ^ hash &>> 32
  }
}
