import TestSupport
import ZonkeyPlatform

/// A running `zk` that a test can send signals to.
final class ZkProcess {
  private let process: pid_t
  private let folder: String

  /// Starts `zk` with a silent pipe as standard input; `writing` goes into it first.
  init(_ arguments: [String], folder: String, writing text: String = "") throws {
    self.folder = folder
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw RunFailure(reason: "no pipe") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let created = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    posix_spawn_file_actions_addopen(&actions, 1, "\(folder)/stdout", created, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, "\(folder)/stderr", created, 0o600)
    for end in ends { posix_spawn_file_actions_addclose(&actions, end) }
    var attributes = freshSignals()
    defer { posix_spawnattr_destroy(&attributes) }
    let command = [try zkExecutable()] + arguments
    let copies = command.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    var process = pid_t()
    guard posix_spawn(&process, command[0], &actions, &attributes, copies + [nil], environ) == 0
    else { throw RunFailure(reason: "cannot run \(command[0])") }
    self.process = process
    close(ends[0])
    input = ends[1]
    let bytes = Array(text.utf8)
    guard bytes.withUnsafeBytes({ System.writeAll($0, to: input) }) == nil else {
      throw RunFailure(reason: "cannot write to zk")
    }
  }

  /// The end of the pipe that keeps it open.
  private let input: Int32

  deinit { close(input) }

  func send(_ signal: Int32) { kill(process, signal) }

  /// Waits for something that the process is to do; fails when it ends or takes for ever.
  ///
  /// - Parameter pause: Microseconds between two looks; a short one meets the process in the act.
  func wait(pause: UInt32 = 10_000, until isDone: () -> Bool) throws {
    let end = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < end {
      if isDone() { return }
      guard kill(process, 0) == 0 else { break }
      usleep(pause)
    }
    send(SIGKILL)
    throw RunFailure(reason: "zk did not do what was waited for: \(stderr)")
  }

  /// The exit status, or 128 plus the signal; a process that does not end is a failure.
  func status() throws -> Int32 {
    for _ in 0..<12_000 {
      var code: Int32 = 0
      if waitpid(process, &code, WNOHANG) == process {
        return code & 0x7F == 0 ? code >> 8 & 0xFF : 128 + code & 0x7F
      }
      usleep(10_000)
    }
    send(SIGKILL)
    throw RunFailure(reason: "zk does not end")
  }

  var stderr: String {
    String(decoding: (try? readBytes("\(folder)/stderr")) ?? [], as: UTF8.self)
  }
}

/// Lines for training, each a document.
func corpusLines(_ count: Int) -> String {
  (0..<count).map { "line \($0) of a text that a small model may learn\n" }.joined()
}

/// The names in a folder, hidden ones too.
func entries(_ folder: String) -> [String] { System.names(in: folder).sorted() }
