import CBuild
import ZonkeyPlatform

/// The arguments that the program was called with.
enum ProcessArguments {
  /// The program's name and what follows it, also where there is no /proc, from which Swift reads
  /// them.
  static var all: [String] {
    let known = CommandLine.arguments
    guard known.isEmpty else { return known }
    return (0..<zk_argument_count()).compactMap { zk_argument($0).map { String(cString: $0) } }
  }
}

/// The processors that this process may use.
enum Processors {
  /// As `nproc` counts: an affinity mask, set by `taskset` or a container, is respected.
  static func allowedCount() -> Int {
    let count = zk_allowed_processors()
    return count > 0 ? count : System.processorCount
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

  /// The program's own path: as the system knows it, else as it was called, which is what a root
  /// without /proc has.
  private static func executablePath() -> String? {
    resolved("/proc/self/exe") ?? calledPath(ProcessArguments.all.first ?? "")
  }

  /// The file that a shell runs for a word: the path itself, or the first of that name in PATH.
  static func calledPath(_ word: String) -> String? {
    if word.contains("/") { return resolved(word) }
    let folders = (System.environment("PATH") ?? "").split(
      separator: ":", omittingEmptySubsequences: false)
    for folder in folders {
      let candidate = folder.isEmpty ? word : "\(folder)/\(word)"
      if access(candidate, X_OK) == 0 { return resolved(candidate) }
    }
    return nil
  }

  private static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
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
