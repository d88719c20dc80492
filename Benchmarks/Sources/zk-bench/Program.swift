import Foundation
import ZonkeyCore

/// The built program, run as its users run it; the files of its runs are removed with it.
final class Program {
  let model: String
  private let path: String
  private let folder: URL

  init(path: String, model: String) throws {
    guard access(path, X_OK) == 0 else {
      throw ZonkeyError.noInput(path: path, reason: "no program to measure; make bench builds it")
    }
    (self.path, self.model) = (path, model)
    folder = FileManager.default.temporaryDirectory.appending(path: "zk-bench-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Writes a file of lines; returns its path.
  func file(of lines: [[UInt8]]) throws -> String {
    let file = folder.appending(path: "text")
    try Data(lines.flatMap { $0 + [10] }).write(to: file)
    return file.path
  }

  /// A file in the folder, which may not be there yet.
  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Runs the program to its end, its output thrown away; throws when it fails. Returns the most
  /// memory that it had resident, in bytes.
  @discardableResult
  func run(_ arguments: [String], input: String = "/dev/null") throws -> Int {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    let words = ([path] + arguments).map { strdup($0) }
    defer { words.forEach { free($0) } }
    var (process, status, usage) = (pid_t(), Int32(), rusage())
    guard posix_spawn(&process, path, &actions, nil, words + [nil], environ) == 0,
      wait4(process, &status, 0, &usage) == process, status == 0
    else { throw failure(arguments.joined(separator: " ")) }
    return usage.ru_maxrss * 1024
  }

  /// Runs `cat file | zk arguments` with its output read through a pipe, whose bytes it returns.
  func pipe(_ file: String, into arguments: [String]) throws -> Int {
    let words = ["cat", file, "|", path] + arguments
    let command = words.map { $0 == "|" ? $0 : Self.quoted($0) }.joined(separator: " ")
    guard let output = popen(command, "r") else { throw failure(command) }
    var (buffer, total) = ([UInt8](repeating: 0, count: 1 << 16), 0)
    while case let count = fread(&buffer, 1, buffer.count, output), count > 0 { total += count }
    guard pclose(output) == 0 else { throw failure(command) }
    return total
  }

  private static func quoted(_ word: String) -> String {
    "'" + word.replacing("'", with: "'\\''") + "'"
  }

  private func failure(_ command: String) -> ZonkeyError {
    .io(path: path, reason: "this run of it failed: \(command)")
  }
}

extension Bench {
  /// What a user waits for: the version, and one line split by the model that comes with zk.
  func startUp(_ program: Program, wants: (String) -> Bool) throws {
    if wants("start-version") {
      try startUp("start-version", target: 10) { try program.run(["--version"]) }
    }
    if wants("start-split") {
      let line = try program.file(of: [Workload.paragraphs(bytes: 1)[0]])
      try startUp("start-split", target: 60) {
        try program.run(["split", "--model", program.model], input: line)
      }
    }
  }

  /// The most memory that `zk train` has resident in three dense steps, its checkpoints written.
  func memory(_ program: Program) throws {
    let corpus = try program.file(of: Workload.paragraphs(bytes: 1 << 17))
    let configuration = try Workload(.dense).model.configuration
    let settings = program.path("settings.json")
    try Data(configuration.json.serialised()).write(to: URL(filePath: settings))
    let peak = try program.run([
      "train", "--corpus", corpus, "--document", "whole", "--config", settings, "--steps", "3",
      "--output", program.path("model.zk"), "--threads", String(workers.count), "--quiet",
      "--activation-memory", "\(keptMebibytes)M",
    ])
    Figure(
      name: "memory", value: Double(peak) * 1e-9, unit: "GB", reference: 3.1,
      remarks: [("kept_mebibytes", .integer(Int64(keptMebibytes)))]
    ).print()
  }

  private func startUp(_ name: String, target: Int64, _ body: () throws -> Void) throws {
    for _ in 0..<2 { try body() }
    let times = try (0..<max(20, runs)).map { _ in try timed(body) * 1e3 }.sorted()
    Figure(
      name: name, value: middle(times), unit: "ms", minimum: times.first, maximum: times.last,
      runs: times.count, remarks: [("target", .integer(target))]
    ).print()
  }

  /// `zk split` from one pipe to another, its start included, beside the encoder that it calls:
  /// the same model, the same 2 MB of lines in the same batches, as many threads.
  ///
  /// The model is the one that comes with zk. Fresh weights would begin segments anywhere; this
  /// one's segments are words, so there are as many rows to write as a user gets.
  func pipeline(_ program: Program) throws {
    let lines = Workload.paragraphs(bytes: 2 << 20)
    let file = try program.file(of: lines)
    let zonkey = try Zonkey(path: program.model)
    let encoders = try (0..<workers.count).map { _ in
      try DocumentEncoder(zonkey, options: SplitOptions())
    }
    // About the 8 KiB that zk makes a batch of.
    let batches = stride(from: 0, to: lines.count, by: 20).map {
      Array(lines[$0..<min($0 + 20, lines.count)])
    }
    let arguments = ["split", "--model", program.model, "--threads", String(workers.count)]
    var (bare, piped, written) = ([Double](), [Double](), 0)
    for _ in 0...runs {
      bare.append(
        timed {
          workers.run(batches.count) { worker, batch in
            _ = encoders[worker].encode(batches[batch])
          }
        })
      piped.append(try timed { written = try program.pipe(file, into: arguments) })
    }
    // The first turn was for warming up.
    let shares = zip(bare, piped).dropFirst().map { $0 / $1 }.sorted()
    let characters = Double(lines.reduce(0) { $0 + $1.count })
    func rate(_ seconds: [Double]) -> JSONValue {
      rounded(characters / middle(seconds.dropFirst().sorted()))
    }
    Figure(
      name: "pipeline", value: middle(shares), unit: "of the bare splitter's rate",
      minimum: shares.first, maximum: shares.last, runs: shares.count,
      remarks: [
        ("target", 0.8), ("characters_per_second", rate(piped)),
        ("bare_characters_per_second", rate(bare)), ("output_bytes", .integer(Int64(written))),
      ]
    ).print()
  }
}
