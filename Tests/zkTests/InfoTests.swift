import TestSupport
import Testing
import ZonkeyCore

/// `zk info` and `zk export` as users run them.
@Suite struct InfoTests {
  @Test func aCheckpointTellsWhatItIs() throws {
    let model = try NanoModel.path()
    let result = try runZk(["info", "--json", "--check", model])
    #expect(result.status == 0 && result.stderr.isEmpty)
    let facts = try JSONValue(parsing: result.stdout)
    #expect(facts["kind"]?.stringValue == "checkpoint")
    #expect(facts["file"]?.stringValue == model)
    #expect(facts["step"]?.intValue == 40)
    #expect(facts["seed"]?.stringValue == "5")
    #expect(facts["resumable"]?.boolValue == true)
    #expect(facts["checked"]?.boolValue == true)
    #expect(facts["configuration"]?["levels"]?.arrayValue?.count == 2)
    #expect(facts["model"]?.stringValue?.utf8.count == 16)
    let text = try runZk(["info"], environment: ["ZK_MODEL": model])
    #expect(text.stdout.contains("kind              checkpoint\n"))
    #expect(text.stdout.contains("level 1           width 32, 2 vectors"))
  }

  @Test func latentsTellWhatTheyAre() throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      for format in ["jsonl", "npy", "safetensors"] {
        let path = "\(folder)/latents.\(format)"
        _ = try runZk(
          ["encode", "-m", model, "--format", format, "--level", "0", "-o", path],
          stdin: "first text\nsecond\n")
        let facts = try JSONValue(parsing: runZk(["info", "--json", "--check", path]).stdout)
        #expect(facts["kind"]?.stringValue == "latents")
        #expect(facts["documents"]?.intValue == 2)
        #expect(facts["text_bytes"]?.intValue == 16)
        #expect(facts["widths"]?.arrayValue?.map(\.intValue) == [32])
      }
    }
  }

  @Test func anExportedModelIsSmallAndSplitsAlike() throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      let small = "\(folder)/small.zk"
      let exported = try runZk(["export", model, "-o", small])
      #expect(exported.status == 0)
      #expect(try readBytes(small).count * 5 < readBytes(model).count)
      let facts = try JSONValue(parsing: runZk(["info", "--json", "--check", small]).stdout)
      #expect(facts["resumable"]?.boolValue == false)
      #expect(
        exported.stderr == "zk export: model \(facts["model"]?.stringValue ?? "") in \(small)\n")
      let text = "Rounded weights hardly move a start.\n"
      let offsets = try [model, small].map {
        try runZk(["split", "-m", $0, "--format", "offsets"], stdin: text).stdout
      }
      #expect(offsets[0] == offsets[1])
      let resumed = try runZk(
        ["train", "--corpus", NanoModel.corpus, "--resume=\(small)", "-o", "\(folder)/more.zk"])
      #expect(resumed.status == 65)
      #expect(resumed.stderr.contains("no optimiser state"))
    }
  }

  @Test func aLexiconIsCountedWhateverTheThreads() throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      let corpus = NanoModel.corpus
      func export(_ name: String, _ options: [String]) throws -> ZkResult {
        try runZk(["export", model, "-o", "\(folder)/\(name)"] + options)
      }
      #expect(try export("plain.zk", []).status == 0)
      let one = try export("one.zk", ["--lexicon", corpus, "--threads", "1"])
      #expect(one.status == 0)
      #expect(one.stderr.contains(" segments in its lexicon\n"))
      #expect(try export("three.zk", ["--lexicon", corpus, "--threads", "3"]).status == 0)
      #expect(try readBytes("\(folder)/one.zk") == readBytes("\(folder)/three.zk"))
      let facts = try ["plain", "one"].map {
        try JSONValue(parsing: runZk(["info", "--json", "--check", "\(folder)/\($0).zk"]).stdout)
      }
      #expect(facts[0]["lexicon_segments"] == nil)
      #expect((facts[1]["lexicon_segments"]?.intValue ?? 0) > 20)
      // It changes no weight and no latent.
      #expect(facts[0]["model"]?.stringValue == facts[1]["model"]?.stringValue)
      // Whoever exports again keeps it.
      #expect(
        try runZk(["export", "\(folder)/one.zk", "-o", "\(folder)/again.zk"]).status == 0)
      #expect(try readBytes("\(folder)/one.zk") == readBytes("\(folder)/again.zk"))

      try writeBytes(Array("a b\n".utf8), to: "\(folder)/short")
      let short = try export("short.zk", ["--lexicon", "\(folder)/short"])
      #expect(short.status == 65)
      #expect(short.stderr.contains("too little text for a lexicon"))
      #expect(try export("none.zk", ["--lexicon", "\(folder)/nothing"]).status == 66)
    }
  }

  @Test func damageIsFound() throws {
    try withTemporaryFolder { folder in
      let good = try readBytes(NanoModel.path())
      let cases: [(name: String, bytes: [UInt8])] = [
        ("empty", []), ("text", Array("no model at all".utf8)), ("cut", Array(good.dropLast(40))),
        (
          "flipped",
          good.enumerated().map { $0.offset == good.count / 2 ? ~$0.element : $0.element }
        ),
      ]
      for (name, bytes) in cases {
        let path = "\(folder)/\(name)"
        try writeBytes(bytes, to: path)
        let result = try runZk(["info", "--check", path])
        #expect(result.status == 65)
        #expect(result.stderr.hasPrefix("zk info: \(path)"))
      }
      #expect(try runZk(["info", "\(folder)/missing"]).status == 66)
    }
  }

  /// A check says what it could compare, and nothing of what it could not.
  @Test func aCheckSaysWhatItChecked() throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      let sealed = try runZk(["info", "--check", model]).stdout
      #expect(sealed.contains("checked           checksum, shapes, weights and id are good\n"))
      var file = try CheckpointFile.read(model)
      file.metadata["checksum"] = nil
      try writeBytes(file.serialised(), to: "\(folder)/old")
      let old = try runZk(["info", "--check", "\(folder)/old"]).stdout
      #expect(old.contains("checked           shapes, weights and id are good; the file has no"))
      try writeBytes(Array("\n\n".utf8), to: "\(folder)/blank")
      let blank = try runZk(["info", "--check", "--json", "\(folder)/blank"]).stdout
      #expect(blank.contains("\"checked\":false"))
    }
  }
}
