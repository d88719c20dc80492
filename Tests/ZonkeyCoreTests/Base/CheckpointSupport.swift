import ZonkeyCore

import ZonkeyPlatform

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
  static func compress(_ bytes: [UInt8], level: Int = 3) throws -> [UInt8] {
    let encoder = try ZstdEncoder(level: level, contentBytes: bytes.count)
    var frame: [UInt8] = []
    try bytes.withUnsafeBytes { try encoder.write($0) { frame += $0 } }
    try encoder.finish { frame += $0 }
    return frame
  }
}
