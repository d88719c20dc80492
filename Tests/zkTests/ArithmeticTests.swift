import Testing
import ZonkeyCore

/// `--arithmetic int8`: close to single precision, and the same bytes however it is computed.
@Suite struct ArithmeticTests {
  private static let text = """
    The bridge was built of stone in the year of the flood.
    x

    A longer line: the road follows the river, crosses it eleven times and ends at the sea.
    Ein Satz mit Umlauten, Äpfel und Öl.
    """

  private func zk(_ arguments: [String], stdin: [UInt8]) throws -> [UInt8] {
    let result = try runZk(arguments, stdinBytes: stdin)
    #expect(result.status == 0 && result.stderr.isEmpty)
    return result.outputBytes
  }

  @Test(arguments: ["split", "encode"]) func threadsAndBatchesChangeNothing(verb: String) throws {
    let outputs = try [("1", "1"), ("2", "1"), ("3", "64"), ("1", "3")].map {
      try zk(
        [verb, "--arithmetic", "int8", "--threads", $0, "--batch", $1],
        stdin: Array(Self.text.utf8))
    }
    #expect(Set(outputs).count == 1)
  }

  @Test func decodesTheSameWithAnyThreadsAndBatch() throws {
    let latents = try zk(
      ["encode", "--level", "0", "--arithmetic", "int8"], stdin: Array(Self.text.utf8))
    let outputs = try [("1", "1"), ("2", "64"), ("3", "2")].map {
      try zk(
        ["decode", "--arithmetic", "int8", "--threads", $0, "--batch", $1], stdin: latents)
    }
    #expect(Set(outputs).count == 1)
  }

  @Test func splitsAsSinglePrecisionDoes() throws {
    let outputs = try ["float32", "int8"].map {
      try zk(["split", "--format", "text", "--arithmetic", $0], stdin: Array(Self.text.utf8))
    }
    #expect(Set(outputs).count == 1)
  }

  @Test func autoIsTheFastest() throws {
    let outputs = try ["auto", Arithmetic.fastest.rawValue].map {
      try zk(["encode", "--level", "0", "--arithmetic", $0], stdin: Array(Self.text.utf8))
    }
    #expect(Set(outputs).count == 1)
  }

  @Test func generatesFromASeed() throws {
    let outputs = try ["1", "2"].map {
      try zk(
        ["generate", "--arithmetic", "int8", "--max-bytes", "200", "--threads", $0], stdin: [])
    }
    #expect(Set(outputs).count == 1)
  }

  /// The kernels are of use only if the setting reaches them.
  @Test func latentsDifferALittle() throws {
    let vectors = try ["float32", "int8"].map {
      let output = try zk(
        ["encode", "--level", "0", "--precision", "f32", "--format", "npy", "--arithmetic", $0],
        stdin: Array(Self.text.utf8))
      // The header of an .npy file ends with a line.
      let start = (output.firstIndex(of: 10) ?? 0) + 1
      return stride(from: start, to: output.count - 3, by: 4).map { place in
        Float(
          bitPattern: output[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
      }
    }
    #expect(vectors[0].count == vectors[1].count && vectors[0] != vectors[1])
    let square = vectors[0].reduce(0) { $0 + $1 * $1 }
    let error = zip(vectors[0], vectors[1]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect(error < 1e-4 * square)
  }

  @Test func otherNamesAreRefused() throws {
    let result = try runZk(["split", "--arithmetic", "int4"], stdin: "x")
    #expect(result.status != 0)
    #expect(result.stderr.contains("float32"))
  }
}
