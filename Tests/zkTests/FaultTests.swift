import TestSupport
import Testing
import ZonkeyCore
import ZonkeyPlatform

/// What the world does to a run: signals, closed descriptors, limits, files that are not as they
/// should be.
@Suite struct FaultTests {
  static let signals: [(Int32, Int32)] = [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)]

  /// The signal comes as soon as the hidden files are there; ten times, for a moment's sake.
  @Test(arguments: signals)
  func aSignalEndsWaitingForInput(signal: Int32, status: Int32) throws {
    let model = try NanoModel.path()
    for _ in 0..<10 {
      try withTemporaryFolder { folder in
        let zk = try ZkProcess(
          ["split", "-m", model, "-o", "\(folder)/out", "--stats", "\(folder)/stats"],
          folder: folder)
        try zk.wait(pause: 50) { entries(folder).filter { $0.hasSuffix(".tmp") }.count == 2 }
        zk.send(signal)
        #expect(try zk.status() == status)
        #expect(entries(folder) == ["stderr", "stdout"])
      }
    }
  }

  /// The buffer of crops takes 1024 before the first step, two for each one after that.
  @Test(arguments: signals)
  func aSignalSavesTrainingThatWaits(signal: Int32, status: Int32) throws {
    try withTemporaryFolder { folder in
      let (model, log) = ("\(folder)/m.zk", "\(folder)/log")
      let zk = try ZkProcess(
        [
          "train", "--corpus", "-", "--config", NanoModel.settings, "--set",
          "beginningShare=0", "--steps", "100000", "-o",
          model, "--log", log,
        ], folder: folder, writing: corpusLines(1064))
      func steps() -> Int { ((try? readBytes(log)) ?? []).filter { $0 == 0x0A }.count }
      try zk.wait { steps() == 10 }
      zk.send(signal)
      #expect(try zk.status() == status)
      #expect(entries(folder).filter { $0.hasSuffix(".tmp") || $0.hasSuffix(".lock") }.isEmpty)
      let facts = try JSONValue(parsing: runZk(["info", "--json", model]).stdout)
      #expect(facts["step"]?.intValue == steps())
      #expect(zk.stderr.contains("saved \(model) at step \(steps())"))
    }
  }

  @Test func aBadByteLateInTheCorpusSavesTheStepsBeforeIt() throws {
    try withTemporaryFolder { folder in
      try writeBytes(Array(corpusLines(1064).utf8) + [0xFF, 0x0A], to: "\(folder)/corpus")
      let result = try runZk([
        "train", "--corpus", "\(folder)/corpus", "--config", NanoModel.settings, "--set",
        "beginningShare=0", "--steps",
        "100000", "-o", "\(folder)/m.zk",
      ])
      #expect(result.status == 65)
      #expect(result.stderr.contains("saved \(folder)/m.zk at step"))
      let facts = try JSONValue(parsing: runZk(["info", "--json", "\(folder)/m.zk"]).stdout)
      #expect((facts["step"]?.intValue ?? 0) > 1)
    }
  }

  @Test func aCorpusThatVanishesSavesTheStepsBefore() throws {
    try withTemporaryFolder { folder in
      try writeBytes(Array(corpusLines(1200).utf8), to: "\(folder)/corpus")
      let zk = try ZkProcess(
        [
          "train", "--corpus", "\(folder)/corpus", "--config", NanoModel.settings, "--set",
          "beginningShare=0", "--steps",
          "1000000", "-o", "\(folder)/m.zk",
        ], folder: folder)
      try zk.wait { entries(folder).contains("m.zk") }
      unlink("\(folder)/corpus")
      #expect(try zk.status() == 66)
      #expect(zk.stderr.contains("saved \(folder)/m.zk at step"))
      let facts = try JSONValue(parsing: runZk(["info", "--json", "\(folder)/m.zk"]).stdout)
      #expect((facts["step"]?.intValue ?? 0) > 1)
    }
  }

  /// The folder of the checkpoint is away for a while, as a disk may be full for a while.
  @Test func aSaveThatFailsDoesNotEndTheRun() throws {
    try withTemporaryFolder { folder in
      mkdir("\(folder)/there", 0o700)
      let zk = try ZkProcess(
        [
          "train", "--corpus", NanoModel.corpus, "--config", NanoModel.settings, "--set",
          "beginningShare=0", "--steps",
          "1000000", "--save-every", "0.01s", "-o", "\(folder)/there/m.zk",
        ], folder: folder)
      try zk.wait { entries("\(folder)/there").contains("m.zk") }
      rename("\(folder)/there", "\(folder)/away")
      try zk.wait { zk.stderr.contains("training goes on") }
      rename("\(folder)/away", "\(folder)/there")
      zk.send(SIGTERM)
      #expect(try zk.status() == 143)
      #expect(zk.stderr.contains("saved \(folder)/there/m.zk"))
      let info = try runZk(["info", "--check", "\(folder)/there/m.zk"])
      #expect(info.status == 0)
    }
  }

  @Test func aLogThatFailsDoesNotEndTheRun() throws {
    try withTemporaryFolder { folder in
      let result = try runShell(
        """
        cd '\(folder)'
        zk train --corpus '\(NanoModel.corpus)' --config '\(NanoModel.settings)' --steps 6 -o m.zk --log /dev/full
        """)
      #expect(result.status == 74)
      #expect(result.stderr.contains("records of the run end here: /dev/full"))
      #expect(result.stderr.contains("done: 6 steps"))
    }
  }

  @Test func onlyOneTrainingWritesAFile() throws {
    try withTemporaryFolder { folder in
      let arguments = [
        "train", "--corpus", "-", "--config", NanoModel.settings, "--set",
        "beginningShare=0", "--steps", "9", "-o",
        "\(folder)/m.zk",
      ]
      let first = try ZkProcess(arguments, folder: folder)
      try first.wait { entries(folder).contains(".m.zk.lock") }
      let second = try runZk(arguments, stdin: corpusLines(2000))
      #expect(second.status == 73)
      #expect(second.stderr.contains("another process is writing it"))
      first.send(SIGTERM)
      #expect(try first.status() == 143)
      #expect(!entries(folder).contains(".m.zk.lock"))
    }
  }

  @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
  func closedDescriptorsGetNothingOfTheRun(closed: String) throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      try writeBytes(Array(corpusLines(50).utf8), to: "\(folder)/in")
      let result = try runShell(
        "cd '\(folder)'; zk split -m '\(model)' --progress always -o out in \(closed)")
      #expect(result.status == 0)
      let rows = try String(decoding: readBytes("\(folder)/out"), as: UTF8.self)
        .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
      #expect(Set(rows.compactMap { $0["doc"]?.intValue }) == Set(1...50))
    }
  }

  @Test func whatIsClosedCannotBeUsed() throws {
    let model = try NanoModel.path()
    let output = try runShell("echo text | zk split -m '\(model)' >&-")
    #expect(output.status == 74)
    let input = try runShell("zk split -m '\(model)' <&-")
    #expect(input.status == 74)
  }

  @Test func aLimitOnFilesIsAFullDisk() throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      try writeBytes(Array(corpusLines(500).utf8), to: "\(folder)/in")
      let result = try runShell(
        "cd '\(folder)'; ulimit -f 8; zk split -m '\(model)' -o out in")
      #expect(result.status == 74)
      #expect(result.stderr.contains("raise the limit on the size of files"))
      #expect(entries(folder) == ["in"])
    }
  }

  /// Whatever memory there is, a run ends well or says that it was too little.
  /// The steps are small where threads are started: without one libdispatch waited for ever.
  @Test(
    arguments: [60_000, 100_000, 107_000, 110_000, 140_000, 180_000, 220_000]
      + Array(stride(from: 240_000, through: 280_000, by: 4000)) + [300_000, 400_000])
  func shortMemoryIsTold(kilobytes: Int) throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      try writeBytes(Array(corpusLines(200).utf8), to: "\(folder)/in")
      let latents = try runZk(["encode", "-m", model, "-o", "\(folder)/latents", "\(folder)/in"])
      #expect(latents.status == 0)
      for command in [
        "split -m '\(model)' in", "encode -m '\(model)' in", "decode -m '\(model)' latents",
        "generate -m '\(model)' --max-bytes 100",
        "train --corpus in --config '\(NanoModel.settings)' --steps 2 -o m.zk",
      ] {
        let result = try runShell(
          """
          cd '\(folder)'; rm -f m.zk; ulimit -v \(kilobytes)
          timeout 120 "$ZK_UNDER_TEST" \(command) --threads 2
          """)
        let isTold = result.status == 1 && result.stderr.contains("out of memory")
        // The loader of shared libraries has words of its own.
        let isUnloaded =
          result.status == 127 || (result.status == 74 && result.stderr.contains("OpenBLAS: "))
        #expect(result.status == 0 || isTold || isUnloaded, "\(command): \(result)")
        #expect(entries(folder).allSatisfy { !$0.hasSuffix(".tmp") })
      }
    }
  }

  /// One line of 2 MB, which would take gigabytes if it were computed as a whole.
  @Test(arguments: [
    "split --level 0", "split --level 1 --format documents",
    "encode --level 0", "encode --level 1", "encode --level 0 --format npy",
  ])
  func aLongLineTakesLittleMemory(command: String) throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      let line = corpusLines(42_500).replacing("\n", with: " ")
      try writeBytes(Array(line.utf8), to: "\(folder)/in")
      let result = try runShell(
        """
        cd '\(folder)'; ulimit -v 500000
        TMPDIR=. "$ZK_UNDER_TEST" \(command) -m '\(model)' --threads 2 --stats s -o out in
        """)
      #expect(result.status == 0, "\(result.stderr)")
      let facts = try JSONValue(
        parsing: String(decoding: readBytes("\(folder)/s"), as: UTF8.self))
      #expect(facts["text_bytes"]?.intValue == line.utf8.count)
      // The documents of a matrix lie beside it.
      let table = command.contains("npy") ? ["out.jsonl"] : []
      #expect(entries(folder) == ["in", "out"] + table + ["s"])
    }
  }

  @Test func fewDescriptorsAreAnError() throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      try writeBytes(Array("text\n".utf8), to: "\(folder)/in")
      for count in 4...9 {
        let result = try runShell(
          """
          cd '\(folder)'; ulimit -n \(count)
          zk encode -m '\(model)' --format safetensors -o out in
          """)
        #expect([0, 66, 73, 74, 127].contains(result.status), "\(count): \(result)")
      }
    }
  }
}
