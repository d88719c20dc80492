import ArgumentParser
import ZonkeyCore

/// `zk generate`: documents from noise.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Generate documents from noise.",
    discussion: """
      The top level starts from noise and is denoised step by step; every level below is decoded \
      and stitched from it. How long a document becomes is the model's own decision. Bytes that \
      are no valid UTF-8 are replaced.

      Example:
        zk generate --count 3 --seed 7 --steps 20
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("How many documents.", valueName: "n"))
  var count = 1

  @Option(help: ArgumentHelp("Denoising steps at the top.", valueName: "n"))
  var steps = 10

  @Option(
    help: ArgumentHelp("The level that starts from noise (default: the top).", valueName: "n"))
  var level: Int?

  @Option(help: ArgumentHelp("A text ends where existence falls below this.", valueName: "p"))
  var existenceCutoff: Float = 0.2

  @Option(help: ArgumentHelp("The longest document.", valueName: "n"))
  var maxBytes = 1 << 16

  @OptionGroup var textOptions: TextOutputOptions
  @OptionGroup var seedOptions: SeedOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if count < 1 { throw ValidationError("--count must be at least 1.") }
    if !(1...10_000).contains(steps) { throw ValidationError("--steps must be 1 to 10000.") }
    if !(0...1).contains(existenceCutoff) {
      throw ValidationError("--existence-cutoff must be from 0 to 1.")
    }
    if !(1...1 << 24).contains(maxBytes) {
      throw ValidationError("--max-bytes must be 1 to \(1 << 24).")
    }
  }

  func run() throws {
    let zonkey = try Zonkey(path: modelOptions.path())
    var options = GenerationOptions()
    options.seed = seedOptions.seed
    options.steps = steps
    options.level = level
    options.existenceCutoff = existenceCutoff
    options.maxBytes = maxBytes
    let threads = try common.threadCount()
    let generators = try (0..<threads).map { _ in try Generator(zonkey, options: options) }
    Signals.endsAtOnce = outputOptions.isStandardOutput
    let output = try outputOptions.open()
    do {
      for first in stride(from: 1, through: count, by: threads) {
        let numbers = Array(first...min(first + threads - 1, count))
        let documents = ResultSlots<[UInt8]>(count: numbers.count, initial: [])
        Workers(count: threads).run(numbers.count) { worker, piece in
          documents[piece] = row(generators[worker].document(numbers[piece]), numbers[piece])
        }
        for index in numbers.indices { try output.write(documents[index]) }
        try output.flush()
        try Signals.check()
      }
      try output.finish()
    } catch {
      output.discard()
      throw error
    }
  }

  private func row(_ bytes: [UInt8], _ number: Int) -> [UInt8] {
    textOptions.row(bytes, number: number) { line in
      line.field("seed", String(seedOptions.seed))
      line.field("steps", steps)
    }
  }
}
