/// One array of a safetensors file: a name, a shape and little-endian elements.
///
/// The bytes of an array that was read share the memory of the whole file, so that reading
/// copies nothing; keep `floats()`, not the array, to let the file go.
package struct NamedArray: Sendable {
  package let name: String
  /// The axes from the outermost; empty for a single element.
  package let shape: [Int]
  package let type: ElementType
  /// The elements, row-major, little-endian; as many as `shape` and `type` say.
  package let bytes: ArraySlice<UInt8>
  /// The file it was read from, for error messages; empty for an array made in memory.
  package let path: String

  /// Makes an array of raw bytes. The bytes must be as many as shape and type say.
  package init(
    name: String, shape: [Int], type: ElementType, bytes: ArraySlice<UInt8>, path: String = ""
  ) {
    precondition(
      type.byteCount(shape: shape) == bytes.count, "the bytes of \(name) do not fill its shape")
    self.name = name
    self.shape = shape
    self.type = type
    self.bytes = bytes
    self.path = path
  }

  /// Makes an F32 array, or one of half the precision (`.float16`, `.bfloat16`; rounds to the
  /// nearest, ties to even).
  package init(name: String, shape: [Int], floats: [Float], type: ElementType = .float32) {
    let bytes: [UInt8]
    switch type {
    case .float32: bytes = Self.encode(floats.map(\.bitPattern))
    case .float16: bytes = Self.encode(floats.map(\.halfBits))
    case .bfloat16: bytes = Self.encode(floats.map(Self.bfloat16))
    default: preconditionFailure("\(type) holds no floats")
    }
    self.init(name: name, shape: shape, type: type, bytes: bytes[...])
  }

  /// Makes an I32 array.
  package init(name: String, shape: [Int], int32s: [Int32]) {
    self.init(name: name, shape: shape, type: .int32, bytes: Self.encode(int32s)[...])
  }

  /// Makes an I64 array.
  package init(name: String, shape: [Int], int64s: [Int64]) {
    self.init(name: name, shape: shape, type: .int64, bytes: Self.encode(int64s)[...])
  }

  /// Makes a U8 array.
  package init(name: String, shape: [Int], uint8s: [UInt8]) {
    self.init(name: name, shape: shape, type: .uint8, bytes: uint8s[...])
  }

  package var elementCount: Int { bytes.count / type.byteCount }

  /// The elements of an F32, F16, BF16 or F64 array; F64 is rounded, the others are exact.
  ///
  /// Throws `badModel` for the types that are not floating point.
  package func floats() throws(ZonkeyError) -> [Float] {
    guard type.isFloatingPoint else { throw mismatch("floating-point numbers") }
    return [Float](unsafeUninitializedCapacity: elementCount) { buffer, count in
      count = elementCount
      guard let first = buffer.baseAddress else { return }
      bytes.withUnsafeBytes { type.readFloats($0, into: first) }
    }
  }

  /// The elements of an I32 array; throws `badModel` for other types.
  package func int32s() throws(ZonkeyError) -> [Int32] {
    guard type == .int32 else { throw mismatch("32-bit whole numbers (I32)") }
    return decode()
  }

  /// The elements of an I64 array; throws `badModel` for other types.
  package func int64s() throws(ZonkeyError) -> [Int64] {
    guard type == .int64 else { throw mismatch("64-bit whole numbers (I64)") }
    return decode()
  }

  /// The elements of a U8 array; throws `badModel` for other types.
  package func uint8s() throws(ZonkeyError) -> [UInt8] {
    guard type == .uint8 else { throw mismatch("bytes (U8)") }
    return Array(bytes)
  }

  private func mismatch(_ wanted: String) -> ZonkeyError {
    .badModel(
      path: path,
      reason: "'\(name)' holds \(type.rawValue) where \(wanted) should be; "
        + "use a file that this version of zk wrote")
  }

  private func decode<Element: FixedWidthInteger>() -> [Element] {
    [Element](unsafeUninitializedCapacity: elementCount) { buffer, count in
      count = elementCount
      guard let first = buffer.baseAddress else { return }
      bytes.withUnsafeBytes { readElements($0, into: first) { (bits: Element) in bits } }
    }
  }

  private static func encode<Element: FixedWidthInteger>(_ elements: [Element]) -> [UInt8] {
    #if _endian(big)
      return elements.map(\.littleEndian).withUnsafeBytes { Array($0) }
    #else
      return elements.withUnsafeBytes { Array($0) }
    #endif
  }

  /// The upper half of a single-precision number, rounded; not-a-number stays one.
  private static func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }
}

extension ElementType {
  /// Whether `readFloats` reads it.
  package var isFloatingPoint: Bool {
    switch self {
    case .float32, .float16, .bfloat16, .float64: true
    default: false
    }
  }

  /// Writes floating-point elements to `floats`, which has room for all of them; F64 is rounded, the
  /// others are exact.
  package func readFloats(
    _ bytes: UnsafeRawBufferPointer, into floats: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .float32: readElements(bytes, into: floats) { (bits: UInt32) in Float(bitPattern: bits) }
    case .float16: readElements(bytes, into: floats) { (bits: UInt16) in Float(half: bits) }
    case .bfloat16:
      readElements(bytes, into: floats) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .float64:
      readElements(bytes, into: floats) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    default: preconditionFailure("\(self) holds no floats")
    }
  }
}

/// Writes what `element` makes of every little-endian number of `bytes`.
private func readElements<Bits: FixedWidthInteger, Element>(
  _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutablePointer<Element>,
  _ element: (Bits) -> Element
) {
  for i in 0..<bytes.count / MemoryLayout<Bits>.size {
    let bits = bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<Bits>.size, as: Bits.self)
    (target + i).initialize(to: element(Bits(littleEndian: bits)))
  }
}

extension NamedArray: Equatable {
  /// Equal in name, shape, type and every byte, wherever they were read from.
  package static func == (left: NamedArray, right: NamedArray) -> Bool {
    left.name.utf8.elementsEqual(right.name.utf8) && left.shape == right.shape
      && left.type == right.type && left.bytes == right.bytes
  }
}
