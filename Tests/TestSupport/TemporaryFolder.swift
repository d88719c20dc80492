import ZonkeyPlatform

import class Foundation.FileManager

/// A folder of its own for the files of one test; it goes with the object.
package final class TemporaryFolder {
  package let path: String

  package init(in parent: String = "/tmp") throws {
    var template = Array("\(parent)/zk-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileFailure(reason: "no temporary folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A new folder for the files of one test, removed when `body` is done.
package func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = try TemporaryFolder()
  return try withExtendedLifetime(folder) { try body(folder.path) }
}

/// A file that lasts as long as this; where it cannot be made, there is none to read.
package final class TemporaryFile {
  private let folder: TemporaryFolder?
  package let path: String

  /// Small ones lie in memory, where there is a place for that: tests of damage make thousands.
  package init(_ bytes: [UInt8]) {
    let inMemory = bytes.count < 1 << 16 ? try? TemporaryFolder(in: "/dev/shm") : nil
    folder = inMemory ?? (try? TemporaryFolder())
    path = (folder?.path ?? "") + "/file"
    try? writeBytes(bytes, to: path)
  }

  package convenience init(_ text: String) { self.init(Array(text.utf8)) }
}

package struct FileFailure: Error {
  package let reason: String
}

/// The bytes of a file, read without the code under test.
package func readBytes(_ path: String) throws -> [UInt8] {
  guard let file = fopen(path, "rb") else { throw FileFailure(reason: "cannot read \(path)") }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&block, 1, block.count, file)
    if count == 0 { return bytes }
    bytes += block[..<count]
  }
}

/// Puts a file there, without the code under test.
package func writeBytes(_ bytes: [UInt8], to path: String) throws {
  guard let file = fopen(path, "wb") else { throw FileFailure(reason: "cannot write \(path)") }
  let count = fwrite(bytes, 1, bytes.count, file)
  guard fclose(file) == 0, count == bytes.count else {
    throw FileFailure(reason: "cannot write \(path)")
  }
}

/// The names in a directory, hidden ones too, sorted.
package func names(in directory: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}
