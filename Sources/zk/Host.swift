import CBuild
import ZonkeyPlatform

/// The arguments that the program was called with.
enum ProcessArguments {
  /// The program's name and what follows it: as the C library has them, also where there is no
  /// /proc, from which Swift reads them, and with names of files that are not UTF-8.
  static var all: [String] {
    let count = zk_argument_count()
    if count == 0 { return CommandLine.arguments }
    return (0..<count).compactMap { zk_argument($0).map { System.name($0) } }
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
      if System.allows(R_OK, candidate) { return candidate }
      if folder.isEmpty { return nil }
      folder.removeLast()
    }
    return nil
  }

  /// The program's own path: as the system knows it, else as it was called, which is what a root
  /// without /proc has.
  private static func executablePath() -> String? {
    System.resolved("/proc/self/exe") ?? calledPath(ProcessArguments.all.first ?? "")
  }

  /// The file that a shell runs for a word: the path itself, or the first of that name in PATH.
  static func calledPath(_ word: String) -> String? {
    if word.contains("/") { return System.resolved(word) }
    let folders = (System.environment("PATH") ?? "").split(
      separator: ":", omittingEmptySubsequences: false)
    for folder in folders {
      let candidate = folder.isEmpty ? word : "\(folder)/\(word)"
      if System.allows(X_OK, candidate) { return System.resolved(candidate) }
    }
    return nil
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
