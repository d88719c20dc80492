import TestSupport
import ZonkeyPlatform

import class Foundation.FileManager

/// What a finished `zk` left behind.
struct ZkResult {
  /// The exit status, or 128 plus the signal that ended it, as a shell counts.
  var status: Int32
  var outputBytes: [UInt8]
  var errorBytes: [UInt8]

  var stdout: String { String(decoding: outputBytes, as: UTF8.self) }
  var stderr: String { String(decoding: errorBytes, as: UTF8.self) }
}

struct RunFailure: Error {
  var reason: String
}

/// The program under test: `ZK_UNDER_TEST`, or the `zk` beside the test bundle.
///
/// When the bundle is run by a tool that lies elsewhere, the package's own build folders are
/// looked at, the one of this configuration first.
func zkExecutable() throws -> String {
  if let path = getenv("ZK_UNDER_TEST") { return String(cString: path) }
  let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  let beside = CommandLine.arguments.filter { $0.hasSuffix(".xctest") } + CommandLine.arguments
  var folders = beside.compactMap { path in
    path.lastIndex(of: "/").map { String(path[..<$0]) }
  }
  #if DEBUG
    folders += ["/\(package)/.build/debug", "/\(package)/.build/release"]
  #else
    folders += ["/\(package)/.build/release", "/\(package)/.build/debug"]
  #endif
  for folder in folders where access("\(folder)/zk", X_OK) == 0 { return "\(folder)/zk" }
  throw RunFailure(reason: "no zk beside \(CommandLine.arguments.first ?? "the test bundle")")
}

/// Runs `zk` with `arguments` and waits for it.
///
/// The environment is that of the tests without `ZK_*` and `NO_COLOR`, plus `environment`.
func runZk(
  _ arguments: [String], stdin: String = "", environment: [String: String] = [:]
) throws -> ZkResult {
  try run([zkExecutable()] + arguments, stdin: Array(stdin.utf8), environment: environment)
}

/// As above, with bytes that need not be UTF-8.
func runZk(
  _ arguments: [String], stdinBytes: [UInt8], environment: [String: String] = [:]
) throws -> ZkResult {
  try run([zkExecutable()] + arguments, stdin: stdinBytes, environment: environment)
}

/// Runs a shell script in which `zk` is the program under test, for pipes and redirections.
///
/// Sanitizers take terabytes of address space and a multiple of the time: under `ZK_SANITIZED` nothing
/// limits these.
func runShell(
  _ script: String, stdin: String = "", environment: [String: String] = [:]
) throws -> ZkResult {
  var start = "zk() { \"$ZK_UNDER_TEST\" \"$@\"; }\n"
  if System.environment("ZK_SANITIZED") != nil {
    start += "ulimit() { case $1 in -v | -t) ;; *) command ulimit \"$@\" ;; esac; }\n"
  }
  let executable = try zkExecutable()
  return try run(
    ["/bin/sh", "-c", start + script], stdin: Array(stdin.utf8),
    environment: environment.merging(["ZK_UNDER_TEST": executable]) { $1 })
}

/// Attributes of a process that gets every signal; to be destroyed.
///
/// The tests ignore SIGPIPE, and their threads may hold signals back; the programs under test must do
/// neither.
func freshSignals() -> posix_spawnattr_t {
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  var signals = sigset_t()
  sigemptyset(&signals)
  for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
  posix_spawnattr_setsigdefault(&attributes, &signals)
  var held = sigset_t()
  sigemptyset(&held)
  posix_spawnattr_setsigmask(&attributes, &held)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
  return attributes
}

/// Standard streams are files: nothing can block on a full pipe.
private func run(
  _ command: [String], stdin: [UInt8], environment: [String: String]
) throws -> ZkResult {
  try withTemporaryFolder { folder in
    try writeBytes(stdin, to: "\(folder)/in")
    let status = try spawnAndWait(command, environment: environment, folder: folder)
    return ZkResult(
      status: status, outputBytes: try readBytes("\(folder)/out"),
      errorBytes: try readBytes("\(folder)/err"))
  }
}

private func spawnAndWait(
  _ command: [String], environment: [String: String], folder: String
) throws -> Int32 {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  let created = O_WRONLY | O_CREAT | O_TRUNC
  posix_spawn_file_actions_addopen(&actions, 0, "\(folder)/in", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, "\(folder)/out", created, 0o600)
  posix_spawn_file_actions_addopen(&actions, 2, "\(folder)/err", created, 0o600)

  var attributes = freshSignals()
  defer { posix_spawnattr_destroy(&attributes) }
  var process = pid_t()
  let failure = withCStrings(command) { arguments in
    withCStrings(childEnvironment(adding: environment)) { variables in
      posix_spawn(&process, command[0], &actions, &attributes, arguments, variables)
    }
  }
  guard failure == 0 else { throw RunFailure(reason: "cannot run \(command[0])") }
  var code: Int32 = 0
  while waitpid(process, &code, 0) < 0 {
    guard errno == EINTR else { throw RunFailure(reason: "lost \(command[0])") }
  }
  let signal = code & 0x7F
  return signal == 0 ? code >> 8 & 0xFF : 128 + signal
}

private func childEnvironment(adding extra: [String: String]) -> [String] {
  var variables: [String] = []
  var place = environ
  while let entry = place.pointee {
    let text = String(cString: entry)
    let name = text.prefix { $0 != "=" }
    let isOurs = name.hasPrefix("ZK_") || name == "NO_COLOR"
    if !isOurs, extra[String(name)] == nil { variables.append(text) }
    place += 1
  }
  return variables + extra.map { "\($0.key)=\($0.value)" }
}

private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let copies = strings.map { strdup($0) }
  defer { copies.forEach { free($0) } }
  return body(copies + [nil])
}
