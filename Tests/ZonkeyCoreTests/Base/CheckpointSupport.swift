import ZonkeyCore

import ZonkeyPlatform

/// A small deterministic generator, so that a failing case can be run again.
struct CheckpointRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

/// A new directory for one test, removed with all in it at the end of `body`.
func withScratchDirectory(_ body: (String) throws -> Void) throws {
  var template = Array("/tmp/zk-checkpoint-XXXXXX".utf8CString)
  let made = template.withUnsafeMutableBufferPointer { buffer in
    buffer.baseAddress.flatMap(mkdtemp).map { String(cString: $0) }
  }
  guard let made else { throw ZonkeyError.io(path: "/tmp", reason: "mkdtemp") }
  defer {
    for name in names(in: made) { unlink("\(made)/\(name)") }
    rmdir(made)
  }
  try body(made)
}

/// The names in a directory, hidden ones too, sorted.
func names(in directory: String) -> [String] {
  guard let stream = opendir(directory) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// The bytes of a file, read without the code under test.
func contents(_ path: String) -> [UInt8]? {
  guard let file = fopen(path, "rb") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = fread(&chunk, 1, chunk.count, file)
    if count == 0 { return bytes }
    bytes += chunk[..<count]
  }
}

/// Puts a file there, without the code under test.
func put(_ bytes: [UInt8], at path: String) {
  guard let file = fopen(path, "wb") else { return }
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}

func bytes(hex: String) -> [UInt8] {
  let digits = hex.compactMap(\.hexDigitValue).map(UInt8.init)
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// A safetensors file from a header text and data, padded as the format wants.
func safetensors(_ header: String, data: [UInt8] = []) -> [UInt8] {
  let text = Array(header.utf8)
  let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
  return length + text + data
}

/// A small file with each kind of array that zk writes.
let sampleFile = SafetensorsFile(
  metadata: ["config": "{\"width\":2}", "step": "12"],
  tensors: [
    NamedArray(name: "bytes", shape: [3], uint8s: [1, 2, 255]),
    NamedArray(name: "weight", shape: [2, 2], floats: [1, -2.5, 3, 4e-20]),
    NamedArray(name: "half", shape: [2], floats: [0.5, -0.0], type: .float16),
    NamedArray(name: "step", shape: [], int64s: [1 << 40]),
  ])

extension ZstdFrame {
  /// One frame that tells its size.
  static func compress(_ bytes: [UInt8], level: Int = defaultLevel) throws -> [UInt8] {
    let encoder = try ZstdEncoder(level: level, contentBytes: bytes.count)
    var frame: [UInt8] = []
    try bytes.withUnsafeBytes { try encoder.write($0) { frame += $0 } }
    try encoder.finish { frame += $0 }
    return frame
  }
}
