/// Names of files as text, though the system takes any bytes for one.
///
/// A byte that belongs to no valid UTF-8 becomes one of 128 characters at the end of a private
/// plane, U+10FF80 … U+10FFFF, and that byte again when the name goes to the system. Should a name
/// have such a character itself, it is taken apart in the same way; so every name comes back as it
/// was. The idea is that of Python's PEP 383.
package enum FileName {
  private static let stray: ClosedRange<UInt32> = 0x10FF80...0x10FFFF

  /// The byte that a character stands for; nil for one that stands for itself.
  package static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    stray.contains(scalar.value) ? UInt8(truncatingIfNeeded: scalar.value) : nil
  }

  /// The text of a name.
  package static func text(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: { stray.contains($0.value) })
    {
      return text
    }
    var (text, place) = (String.UnicodeScalarView(), 0)
    var (parser, rest) = (Unicode.UTF8.ForwardParser(), bytes.makeIterator())
    while true {
      switch parser.parseScalar(from: &rest) {
      case .emptyInput: return String(text)
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        let range = place..<place + encoded.count
        if stray.contains(scalar.value) {
          text.append(contentsOf: bytes[range].compactMap(escape))
        } else {
          text.append(scalar)
        }
        place = range.upperBound
      case .error(let length):
        text.append(contentsOf: bytes[place..<place + length].compactMap(escape))
        place += length
      }
    }
  }

  /// The bytes of a name, as the system takes them.
  package static func bytes(_ text: String) -> [UInt8] {
    guard text.unicodeScalars.contains(where: { stray.contains($0.value) }) else {
      return Array(text.utf8)
    }
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      if let byte = byte(scalar) {
        bytes.append(byte)
      } else {
        bytes.append(contentsOf: Array(String(scalar).utf8))
      }
    }
    return bytes
  }

  /// A name for results, which are UTF-8: U+FFFD for what is none.
  package static func readable(_ text: String) -> String {
    String(decoding: bytes(text), as: UTF8.self)
  }

  private static func escape(_ byte: UInt8) -> Unicode.Scalar? {
    Unicode.Scalar(0x10FF00 + UInt32(byte))
  }
}

extension System {
  /// Calls `body` with a name as the system takes it.
  package static func withName<Result>(
    _ name: String, _ body: (UnsafePointer<CChar>) -> Result
  ) -> Result {
    let bytes = FileName.bytes(name).map { CChar(bitPattern: $0) } + [0]
    return bytes.withUnsafeBufferPointer { buffer in
      // The array has its final zero, so there is a base address.
      buffer.baseAddress.map(body) ?? "".withCString(body)
    }
  }

  /// The text of a name that the system gave.
  package static func name(_ pointer: UnsafePointer<CChar>) -> String {
    FileName.text(
      UnsafeBufferPointer(start: pointer, count: strlen(pointer)).map { UInt8(bitPattern: $0) })
  }

  /// A variable of the environment.
  package static func environment(_ variable: String) -> String? {
    getenv(variable).map { name($0) }
  }

  /// What lies at a path; nil, with `errno`, when nothing can be said of it.
  package static func status(_ path: String, followingLinks: Bool = true) -> stat? {
    var status = stat()
    let result = withName(path) {
      followingLinks ? cStat($0, &status) : lstat($0, &status)
    }
    return result == 0 ? status : nil
  }

  /// Whether the file at a path may be used so: `R_OK`, `W_OK`, `X_OK`.
  package static func allows(_ mode: Int32, _ path: String) -> Bool {
    withName(path) { access($0, mode) == 0 }
  }

  /// Renames a file; false, with `errno`, when it cannot be.
  package static func move(_ path: String, to target: String) -> Bool {
    withName(path) { from in withName(target) { rename(from, $0) == 0 } }
  }

  /// Removes a file, if it is there.
  package static func remove(_ path: String) {
    _ = withName(path) { unlink($0) }
  }

  /// The path without symbolic links; nil when it leads nowhere.
  package static func resolved(_ path: String) -> String? {
    guard let pointer = withName(path, { realpath($0, nil) }) else { return nil }
    defer { free(pointer) }
    return name(pointer)
  }

  /// What a symbolic link says; nil for anything else.
  package static func link(at path: String) -> String? {
    let room = Int(PATH_MAX)
    var buffer = [CChar](repeating: 0, count: room)
    let count = withName(path) { readlink($0, &buffer, room) }
    return count > 0 ? FileName.text(buffer[..<count].map { UInt8(bitPattern: $0) }) : nil
  }

  /// The names in a directory, hidden ones too; none when it cannot be read.
  package static func names(in directory: String) -> [String] {
    guard let stream = withName(directory, { opendir($0) }) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
          System.name($0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}

// A free function, because the type of the same name hides the system's call.
private func cStat(_ path: UnsafePointer<CChar>, _ status: inout stat) -> Int32 {
  stat(path, &status)
}
