import ArgumentParser
import ZonkeyPlatform
import ZonkeyCore

/// `-q`, `-v`: what every verb has.
struct MessageOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but errors and warnings.")
  var quiet = false

  @Flag(
    name: .shortAndLong,
    help:
      "Say on standard error also which model, threads and kernels compute, and where time goes.")
  var verbose = false

  func validate() throws {
    if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other.") }
  }

  var verbosity: Verbosity { quiet ? .quiet : verbose ? .verbose : .normal }

  /// The console of a verb that shows no progress.
  func console(verb: String) -> Console {
    Console(verb: verb, verbosity: verbosity, status: StatusLine(mode: .never))
  }
}

/// `-q`, `-v`, `--threads`, `--progress`, for the verbs that compute.
struct CommonOptions: ParsableArguments {
  @OptionGroup var messages: MessageOptions

  @Option(
    help: ArgumentHelp(
      "Threads to compute with; results do not depend on it. (environment: ZK_THREADS; "
        + "default: all processors)", valueName: "n"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Progress on standard error: auto shows it on a terminal only.",
      valueName: "auto|always|never"))
  var progress: ProgressMode = .auto

  static let threadRange = 1...1024

  func validate() throws { _ = try threadCount() }

  /// The number of threads: the option, else `ZK_THREADS`, else every processor allowed to us.
  func threadCount() throws -> Int {
    if let threads { return try Self.checkedThreads(threads, from: "--threads") }
    if let text = System.environment("ZK_THREADS"), !text.isEmpty {
      return try Self.checkedThreads(Int(text), from: "ZK_THREADS")
    }
    return Processors.allowedCount()
  }

  /// The console of the verb `verb`; `--quiet` also silences progress unless it is `always`.
  func console(verb: String, resultsOnTerminal: Bool = false) -> Console {
    let mode: ProgressMode = messages.quiet && progress == .auto ? .never : progress
    return Console(
      verb: verb, verbosity: messages.verbosity,
      status: StatusLine(mode: mode, resultsOnTerminal: resultsOnTerminal))
  }

  private static func checkedThreads(_ count: Int?, from name: String) throws -> Int {
    guard let count, threadRange.contains(count) else {
      throw ValidationError(
        "\(name) must be a number from \(threadRange.lowerBound) to \(threadRange.upperBound).")
    }
    return count
  }
}

extension ProgressMode: ExpressibleByArgument {}

/// `--batch`, for the verbs that compute documents together.
struct BatchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The most documents to compute together, which is faster when they are short; results do "
        + "not depend on it.", valueName: "n"))
  var batch = 64

  func validate() throws {
    if !(1...65536).contains(batch) { throw ValidationError("--batch must be 1 to 65536.") }
  }
}

/// `--seed`, for the verbs that draw.
struct SeedOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Random seed; the same seed gives the same result.", valueName: "n"))
  var seed: UInt64 = 0
}

extension Arithmetic: ExpressibleByArgument {
  private static let auto = "auto"

  public init?(argument: String) {
    if argument == Self.auto { self = .fastest } else { self.init(rawValue: argument) }
  }

  public static var allValueStrings: [String] { [auto] + allCases.map(\.rawValue) }
}

/// `-m`, `--model`, `--arithmetic`, for the verbs that need a checkpoint.
struct ModelOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The checkpoint to use. (environment: ZK_MODEL; default: the model that comes with zk)",
      valueName: "file"),
    completion: .file(extensions: ["zk"]))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Number format of matrix products: int8 is faster and changes results a "
        + "little; auto takes what is fastest on this processor.",
      valueName: "auto|float32|int8"))
  var arithmetic: Arithmetic = .float32

  /// The checkpoint's model for use on `threads` threads, of which `console` is told; with a
  /// `topLevel` for splitting and encoding at levels up to it only.
  func zonkey(_ console: Console, threads: Int, topLevel: Int? = nil) throws -> Zonkey {
    let path = try path()
    let zonkey = try console.times.measure("loading the model") { () throws(ZonkeyError) in
      try Zonkey(path: path, arithmetic: arithmetic, topLevel: topLevel)
    }
    console.describe(zonkey, path: path)
    console.describe(threads: threads, arithmetic: arithmetic)
    return zonkey
  }

  /// The checkpoint's path: the option, else `ZK_MODEL`, else the one that is installed.
  func path() throws -> String {
    if let model { return model }
    if let model = System.environment("ZK_MODEL"), !model.isEmpty { return model }
    guard let path = DefaultModel.path() else {
      throw ZonkeyError.noInput(
        path: DefaultModel.relativePath,
        reason: "no default model is installed with zk; name one with --model or ZK_MODEL")
    }
    return path
  }
}

/// `-o`, `--output`, `--zstd`, for the verbs that write results.
struct OutputOptions: ParsableArguments {
  static let defaultLevel = 3

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where results go; the file appears when it is complete. A name that ends in .zst is "
        + "compressed.", valueName: "file"),
    completion: .file())
  var output = "-"

  @Option(
    help: ArgumentHelp(
      "Compress with zstd; --zstd alone means level \(defaultLevel).", valueName: "level"))
  var zstd: Int?

  func validate() throws {
    if let zstd, !ZstdEncoder.levels.contains(zstd) {
      throw ValidationError("--zstd must be a level up to \(ZstdEncoder.levels.upperBound).")
    }
  }

  var isStandardOutput: Bool { output == "-" }

  /// True when results appear on the same screen as the status line.
  var isOnTerminal: Bool { isStandardOutput && Terminal.isTerminal(1) }

  /// True when results may be painted without being asked.
  var allowsColor: Bool { isStandardOutput && level == nil && Terminal.allowsColor(1) }

  /// The compression level, or nil for none.
  var level: Int? {
    zstd ?? (output.hasSuffix(".zst") ? Self.defaultLevel : nil)
  }

  func open() throws -> any OutputSink {
    let sink: any OutputSink =
      isStandardOutput ? StandardOutput() : try FileOutput(path: output)
    guard let level else { return sink }
    return try CompressedOutput(level: level, into: sink)
  }

  /// Opens the file for the rows of an .npy matrix beside the output; `nil` where that is no
  /// regular file, so that they follow the matrix.
  func openTable() throws -> (any OutputSink)? {
    let isFile = FileStatus.isRegularFile(output) || !FileStatus.isThere(output)
    guard !isStandardOutput, isFile else { return nil }
    let sink = try FileOutput(path: LatentsFormat.tableName(of: output))
    guard let level else { return sink }
    return try CompressedOutput(level: level, into: sink)
  }
}
