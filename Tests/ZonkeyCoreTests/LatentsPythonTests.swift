import ZonkeyPlatform
import Testing
import ZonkeyCore

/// numpy and safetensors open the files, and what they write is read again; only where they are.
@Suite(.enabled(if: system("python3 -c 'import numpy, safetensors' 2> /dev/null") == 0))
struct LatentsPythonTests {
  @Test(arguments: LatentsPrecision.allCases)
  func throughPython(precision: LatentsPrecision) throws {
    for level in [0, 1, 3] {
      try withScratchDirectory { directory in
        let documents = LatentsSample.documents(level: level)
        for format in LatentsFormat.allCases {
          let file = try LatentsSample.file(documents, format, precision, level: level)
          put(file, at: "\(directory)/a.\(format.rawValue)")
        }
        let script = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let status = system(
          "cd \(directory) && python3 /\(script)/python/check-latents.py "
            + "a.jsonl a.npy a.safetensors . > /dev/null")
        #expect(status == 0)
        for format in [LatentsFormat.npy, .safetensors] {
          let reading = LatentsReading(paths: ["\(directory)/again.\(format.rawValue)"])
          #expect(reading.error == nil)
          #expect(reading.documents == documents)
        }
      }
    }
  }
}
