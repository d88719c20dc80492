/// A protocol buffer message under construction: the few wire types that event files need.
///
/// See "Encoding" in the Protocol Buffers documentation. Fields are written in the order of calls.
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  mutating func varint(_ field: UInt64, _ value: UInt64) {
    append(varint: field << 3)
    append(varint: value)
  }

  mutating func double(_ field: UInt64, _ value: Double) {
    append(varint: field << 3 | 1)
    append(fixed: value.bitPattern)
  }

  mutating func float(_ field: UInt64, _ value: Float) {
    append(varint: field << 3 | 5)
    append(fixed: value.bitPattern)
  }

  mutating func string(_ field: UInt64, _ value: String) { data(field, Array(value.utf8)) }

  mutating func data(_ field: UInt64, _ value: [UInt8]) {
    append(varint: field << 3 | 2)
    append(varint: UInt64(value.count))
    bytes += value
  }

  mutating func message(_ field: UInt64, _ body: (inout ProtobufMessage) -> Void) {
    var inner = ProtobufMessage()
    body(&inner)
    data(field, inner.bytes)
  }

  /// Doubles one behind the other.
  mutating func doubles(_ field: UInt64, _ values: [Double]) {
    append(varint: field << 3 | 2)
    append(varint: UInt64(values.count * 8))
    for value in values { append(fixed: value.bitPattern) }
  }

  private mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func append(fixed value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}

/// CRC-32C (Castagnoli), as records of event files are checked with.
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { crc, byte in table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ crc >> 8 }
  }

  /// The checksum as it is stored: rotated and shifted, so that checksums of checksums work.
  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let crc = checksum(bytes)
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }
}
