import CBuild
import ZonkeyKernels

/// What `zk --version --verbose` tells, for reports of faults.
enum BuildInformation {
  static func text(name: String, version: String) -> String {
    let rows =
      linked + [
        ("build", build), ("processor", processor),
        ("libraries", String(cString: zk_libraries())),
        ("model", DefaultModel.path() ?? "none found"),
      ]
    let width = rows.map(\.0.count).max() ?? 0
    return rows.reduce("\(name) \(version)\n") { text, row in
      let gap = String(repeating: " ", count: width - row.0.count + 2)
      return text + row.0 + gap + TerminalText.visible(row.1) + "\n"
    }
  }

  /// What `scripts/link.sh` knew; a build in its own folder knows nothing of it.
  private static var linked: [(String, String)] {
    let lines = String(cString: zk_build()).split(separator: "\n").map { line in
      let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
      return (parts.first ?? "", parts.dropFirst().first ?? "")
    }
    return lines.isEmpty ? [("commit", "unknown (not installed)")] : lines
  }

  private static var build: String {
    #if DEBUG
      let kind = "debug"
    #else
      let kind = "release"
    #endif
    return "\(kind), Swift \(swift)"
  }

  private static var swift: String {
    #if swift(>=6.4)
      "6.4 or later"
    #elseif swift(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  /// What multiplies: our kernels for this processor, and the library.
  static var kernels: String {
    let blas = String(cString: zk_libraries()).prefix { $0 != "," }
    return "kernels for \(String(cString: zk_kernel_variant())), \(blas)"
  }

  private static var processor: String {
    #if arch(x86_64)
      let architecture = "x86_64"
    #elseif arch(arm64)
      let architecture = "arm64"
    #else
      let architecture = "other"
    #endif
    return "\(architecture), \(Processors.allowedCount()) to compute on, "
      + "kernels for \(String(cString: zk_kernel_variant()))"
  }
}
