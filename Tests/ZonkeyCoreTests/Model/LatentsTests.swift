import TestSupport
import ZonkeyPlatform
import Testing
import ZonkeyCore

@Suite struct LatentsTests {
  @Test(arguments: LatentsFormat.allCases, LatentsPrecision.allCases)
  func roundTrip(format: LatentsFormat, precision: LatentsPrecision) throws {
    for level in [0, 1, 3] {
      let documents = LatentsSample.documents(level: level)
      let file = try LatentsSample.file(documents, format, precision, level: level)
      let reading = LatentsReading(file)
      #expect(reading.error == nil)
      #expect(reading.documents == documents)
    }
  }

  @Test(arguments: LatentsFormat.allCases, Compression.allCases)
  func throughCompression(format: LatentsFormat, compression: Compression) throws {
    let documents = LatentsSample.documents(level: 2)
    let file = try LatentsSample.file(documents, format, level: 2)
    let reading = LatentsReading(Compress.bytes(file, compression))
    #expect(reading.error == nil)
    #expect(reading.documents == documents)
  }

  @Test(arguments: LatentsFormat.allCases)
  func noDocuments(format: LatentsFormat) throws {
    for level in [0, 2] {
      let file = try LatentsSample.file([], format, level: level)
      #expect(file.isEmpty == (format == .jsonl))
      let reading = LatentsReading(file)
      #expect(reading.error == nil && reading.documents.isEmpty)
    }
  }

  @Test func filesOfAllFormatsAreOneStream() throws {
    let documents = LatentsSample.documents(level: 1)
    let files = try LatentsFormat.allCases.map {
      TemporaryFile(try LatentsSample.file(documents, $0, level: 1))
    }
    defer { withExtendedLifetime(files) {} }
    let reader = try LatentsReader(paths: files.map(\.path))
    #expect(reader.hasWaiting && reader.compressedBytesRead == 0)
    var found: [DocumentLatents] = []
    while let document = try reader.next() { found.append(document) }
    #expect(found == LatentsFormat.allCases.flatMap { _ in documents })
    #expect(reader.totalBytes != nil && reader.compressedBytesRead == reader.totalBytes)
  }

  /// Documents longer than every buffer on the way, of random floats.
  @Test(arguments: LatentsFormat.allCases, LatentsPrecision.allCases)
  func longDocuments(format: LatentsFormat, precision: LatentsPrecision) throws {
    var random = SeededNumbers(5)
    let documents = (1...3).map { number in
      let count = 40_000 + number
      let values = (0..<count * LatentsSample.width).map { _ in
        Float.random(in: -70...70, using: &random)
      }
      let starts = (0..<count).map { $0 * 3 }
      return DocumentLatents(
        number: number, level: 1, model: LatentsSample.model, width: LatentsSample.width,
        values: values, starts: starts, inner: [Array(0..<count * 3)], byteCount: count * 3)
    }
    let reading = LatentsReading(try LatentsSample.file(documents, format, precision, level: 1))
    #expect(reading.error == nil)
    let expected = documents.map { document in
      var document = document
      if precision == .f16 { document.values = document.values.map { Float(Float16($0)) } }
      return document
    }
    #expect(reading.documents == expected)
  }

  @Test(arguments: LatentsFormat.allCases)
  func halfPrecisionRoundsToNearestEven(format: LatentsFormat) throws {
    // 2049 and 2051 lie between two numbers; 65519.9 is the last that is not infinite.
    var document = LatentsSample.documents(level: 0)[4]
    document.values = [2049, 2051, 65519.99]
    let file = try LatentsSample.file([document], format, .f16)
    #expect(LatentsReading(file).documents.first?.values == [2048, 2052, 65504])
    document.values = [1e-8, -0.0, -6.1e-5]
    let small = LatentsReading(try LatentsSample.file([document], format, .f16)).documents
    #expect(small.first?.values.map(\.bitPattern) == [0, 0x8000_0000, 0xB87F_C000])
  }

  @Test(arguments: LatentsFormat.allCases)
  func refusesNumbersThatDoNotFit(format: LatentsFormat) throws {
    var document = LatentsSample.documents(level: 0)[4]
    for (bad, precision, reason) in [
      (Float.nan, LatentsPrecision.f32, "not finite"), (.infinity, .f32, "not finite"),
      (-.infinity, .f16, "not finite"), (65520, .f16, "as f32"), (-1e9, .f16, "as f32"),
    ] {
      document.values[1] = bad
      let error = #expect(throws: ZonkeyError.self) {
        try LatentsSample.file([document], format, precision)
      }
      #expect(error?.description.contains(reason) == true)
    }
  }

  @Test func refusesDocumentsThatDoNotHoldTogether() throws {
    let writer = try LatentsWriter(
      format: .jsonl, precision: .f32, level: 1, width: 3, model: LatentsSample.model)
    let good = LatentsSample.documents(level: 1)[0]
    let changes: [(inout DocumentLatents) -> Void] = [
      { $0.number = 0 }, { $0.level = 2 }, { $0.model = "fedcba9876543210" }, { $0.width = 9 },
      { $0.values.removeLast() }, { $0.starts = [0, 5] }, { $0.starts = [1, 5, 9] },
      { $0.starts = [0, 9, 5] }, { $0.starts = [0, 5, 5] }, { $0.starts = [0, 5, 12] },
      { $0.starts = [0, 4, 9] }, { $0.inner = [] }, { $0.inner = [[]] }, { $0.inner = [[0]] },
      { $0.byteCount = 0 }, { $0.byteCount = -1 }, { $0.byteCount = 9 },
    ]
    for change in changes {
      var document = good
      change(&document)
      #expect(throws: ZonkeyError.self) { try writer.append(document) }
    }
    #expect(try !writer.append(good).isEmpty)
  }

  @Test(arguments: [(16, 3, "m"), (-1, 3, "m"), (0, 0, "m"), (0, 1 << 21, "m"), (0, 3, "x")])
  func refusesFilesOutOfRange(level: Int, width: Int, model: String) {
    for format in LatentsFormat.allCases {
      #expect(throws: ZonkeyError.self) {
        try LatentsWriter(
          format: format, precision: .f32, level: level, width: width,
          model: model == "m" ? LatentsSample.model : model)
      }
    }
  }

  @Test func temporaryDirectoryMustTakeFiles() throws {
    for format in [LatentsFormat.npy, .safetensors] {
      let error = #expect(throws: ZonkeyError.self) {
        try LatentsWriter(
          format: format, precision: .f32, level: 0, width: 3, model: LatentsSample.model,
          temporaryDirectory: "/no/such/directory")
      }
      guard case .cannotCreate("/no/such/directory", _)? = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    // A compressed file needs one to be read; a plain one does not.
    let file = try LatentsSample.file(LatentsSample.documents(level: 0), .safetensors)
    for compression in [Compression.plain, .zstd] {
      let input = TemporaryFile(Compress.bytes(file, compression))
      let reader = try LatentsReader(
        paths: [input.path], temporaryDirectory: "/no/such/directory")
      if compression == .plain {
        #expect(try reader.next() != nil)
      } else {
        #expect(throws: ZonkeyError.self) { try reader.next() }
      }
    }
  }

  @Test func temporaryFilesLeaveNothingBehind() throws {
    try withTemporaryFolder { directory in
      for format in LatentsFormat.allCases {
        let writer = try LatentsWriter(
          format: format, precision: .f32, level: 0, width: 3, model: LatentsSample.model,
          temporaryDirectory: directory)
        _ = try writer.append(LatentsSample.documents(level: 0)[0])
        #expect(try names(in: directory).isEmpty)
      }
    }
  }

  @Test(arguments: LatentsFormat.allCases)
  func throughPipes(format: LatentsFormat) throws {
    let documents = LatentsSample.documents(level: 1)
    let file = try LatentsSample.file(documents, format, level: 1)
    try withTemporaryFolder { directory in
      let path = "\(directory)/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      try writeBytes(file, to: "\(directory)/file")
      // Another process: a thread that waits for the reader could be the one it needs.
      #expect(system("cat \(directory)/file > \(path) &") == 0)
      let reader = try LatentsReader(paths: [path])
      #expect(reader.totalBytes == nil && !reader.hasWaiting)
      var found: [DocumentLatents] = []
      while let document = try reader.next() { found.append(document) }
      #expect(found == documents)
      #expect(reader.compressedBytesRead == file.count)
    }
  }

  @Test func missingInput() {
    #expect(throws: ZonkeyError.self) { try LatentsReader(paths: ["/no/such/file"]) }
    #expect(throws: ZonkeyError.self) { try LatentsReader(paths: ["/tmp"]) }
  }
}
