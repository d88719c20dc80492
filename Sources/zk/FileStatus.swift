import ZonkeyPlatform
import ZonkeyCore

/// What lies at a path.
enum FileStatus {
  /// The bytes of a regular file, nil for anything else.
  static func size(_ path: String) -> Int? {
    guard let status = System.status(path), status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  static func isThere(_ path: String) -> Bool {
    System.status(path) != nil
  }

  static func isRegularFile(_ path: String) -> Bool {
    size(path) != nil
  }
}

/// Small files that are read whole.
enum WholeFile {
  private static let limitBytes = 1 << 24

  static func read(_ path: String) throws -> [UInt8] {
    let stream = try ByteStream(path: path)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try stream.read(into: $0) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
      if bytes.count > limitBytes {
        throw ZonkeyError.badInput(
          source: path, line: nil, offset: limitBytes, reason: "the file is too large for this use")
      }
    }
  }
}
