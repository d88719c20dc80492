import ZonkeyPlatform

/// The processors that this process may use.
enum Processors {
  /// As `nproc` counts: an affinity mask, set by `taskset` or a container, is respected.
  static func allowedCount() -> Int {
    let online = System.processorCount
    guard let status = SmallFile.read("/proc/self/status") else { return online }
    return allowedCount(inStatus: status) ?? online
  }

  /// Counts the bits of the line `Cpus_allowed:`, a mask in hexadecimal groups.
  static func allowedCount(inStatus status: String) -> Int? {
    let name = "Cpus_allowed:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else {
      return nil
    }
    let count = line.dropFirst(name.count).reduce(0) { sum, digit in
      sum + (digit.hexDigitValue?.nonzeroBitCount ?? 0)
    }
    return count > 0 ? count : nil
  }
}

/// Files of the system that are a few lines long.
enum SmallFile {
  /// The first 16 KiB of a file as text, or nil when it cannot be read.
  static func read(_ path: String) -> String? {
    let descriptor = System.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let count = bytes.withUnsafeMutableBytes { System.read(descriptor, into: $0) }
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}

/// The model that comes with the program.
enum DefaultModel {
  static let relativePath = "share/zk/default.zk"

  /// Looks for `share/zk/default.zk` in the folders above the executable.
  ///
  /// That is `PREFIX/share` for `PREFIX/bin/zk`, and the package itself for a build inside it.
  static func path() -> String? {
    guard let executable = executablePath() else { return nil }
    var folder = executable.split(separator: "/").dropLast()
    for _ in 0..<5 {
      let candidate = "/" + (folder + [Substring(relativePath)]).joined(separator: "/")
      if access(candidate, R_OK) == 0 { return candidate }
      if folder.isEmpty { return nil }
      folder.removeLast()
    }
    return nil
  }

  private static func executablePath() -> String? {
    guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// Where temporary files go.
enum TemporaryDirectory {
  /// `TMPDIR`, else `/tmp`.
  static var path: String {
    if let path = System.environment("TMPDIR"), !path.isEmpty { return path }
    return "/tmp"
  }
}
