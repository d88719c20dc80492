import CMemoryGuard
import ZonkeyPlatform

/// The end of a run whose memory cannot be had.
enum MemoryGuard {
  /// From now on it ends with a message and status 1, without temporary files.
  ///
  /// What is called then belongs to no actor: any thread may be the one that runs out, and a
  /// closure of the main function's would check that it is on the main thread.
  nonisolated static func install() {
    zk_guard_memory { TemporaryFiles.removeAll() }
  }
}
