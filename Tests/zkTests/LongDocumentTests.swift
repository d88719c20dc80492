import TestSupport
import Testing
import ZonkeyCore
import ZonkeyPlatform

/// A long document, which all threads work on together.
@Suite struct LongDocumentTests {
  /// Between short ones a document of many parts, and two that are hardly long.
  private static let lines = [
    "before", corpusLines(1500).replacing("\n", with: " "),
    String(repeating: "long enough. ", count: 2530), "between",
    String(repeating: "größer ", count: 6000), "behind",
  ]

  private func bytes(_ arguments: [String], threads: Int, stdin: [UInt8]) throws -> [UInt8] {
    let result = try runZk(
      arguments + ["--threads", "\(threads)"], stdinBytes: stdin,
      environment: ["ZK_MODEL": NanoModel.path()])
    #expect(result.status == 0, "\(result.stderr)")
    return result.outputBytes
  }

  @Test(arguments: [
    ["split"], ["split", "--level", "1", "--format", "documents"], ["split", "--sample"],
    ["encode", "--level", "0"], ["encode", "--level", "1", "--format", "safetensors"],
  ])
  func threadsChangeNothing(verb: [String]) throws {
    let input = Array(Self.lines.map { "\($0)\n" }.joined().utf8)
    let one = try bytes(verb, threads: 1, stdin: input)
    for threads in 2...3 {
      let isSame = try bytes(verb, threads: threads, stdin: input) == one
      #expect(isSame, "\(threads) threads")
    }
    guard verb[0] == "encode" else { return }
    for decode in [["decode"], ["decode", "--infer-starts", "--format", "jsonl"]] {
      let text = try bytes(decode, threads: 1, stdin: one)
      for threads in 2...3 {
        let isSame = try bytes(decode, threads: threads, stdin: one) == text
        #expect(isSame, "\(threads) threads")
      }
      let rows = text.split(separator: 0x0A, omittingEmptySubsequences: false)
      #expect(rows.count == Self.lines.count + 1)
      // Symbols that are no valid UTF-8 are replaced, so that lengths are about the same.
      if decode.count == 1 { #expect(rows[1].count >= Self.lines[1].utf8.count) }
    }
  }

  /// With two threads two of them work on one document, by the processor's time that each has had.
  @Test(
    .enabled(if: System.processorCount > 1), arguments: ["split", "encode --level 1", "decode"])
  func threadsShareADocument(verb: String) throws {
    try withTemporaryFolder { folder in
      let lines = verb == "decode" ? 2500 : 12_000
      try writeBytes(
        Array(corpusLines(lines).replacing("\n", with: " ").utf8), to: "\(folder)/in")
      let result = try runShell(
        """
        set -e; cd '\(folder)'
        case '\(verb)' in decode) zk encode --level 0 -o latents in; mv latents in ;; esac
        # The program itself, whose threads are looked at, and no shell around it.
        "$ZK_UNDER_TEST" \(verb) --threads 2 -o out in &
        for i in $(seq 3000); do
          [ ! -e out ] || break
          if cat /proc/$!/task/*/stat >now 2>/dev/null; then mv now ticks; fi
          sleep 0.01
        done
        wait $!
        sed 's/.*) //' ticks | cut -d ' ' -f 12 | sort -rn
        """, environment: ["ZK_MODEL": NanoModel.path()])
      #expect(result.status == 0, "\(result.stderr)")
      let ticks = result.stdout.split(separator: "\n").compactMap { Int($0) }
      #expect(ticks.count > 1 && ticks[1] > max(1, ticks[0] / 10), "ticks: \(ticks)")
    }
  }

  /// A document is what its segments are, whether threads share it or a round.
  @Test func longAndShortTilesAlike() throws {
    let input = Array(Self.lines.map { "\($0)\n" }.joined().utf8)
    let text = try bytes(
      ["split", "--format", "text", "--separator", ""], threads: 2, stdin: input)
    let isSame = text == input
    #expect(isSame)
  }
}
