import TestSupport
import Testing
import ZonkeyCore

/// `zk train` as users run it.
@Suite struct TrainTests {
  private func losses(_ path: String) throws -> [String] {
    try String(decoding: readBytes(path), as: UTF8.self).split(separator: "\n").compactMap {
      let row = try JSONValue(parsing: String($0))
      guard let step = row["step"]?.intValue, let loss = row["loss"]?.doubleValue,
        let norm = row["gradient_norm"]?.doubleValue
      else { return nil }
      return "\(step) \(loss) \(norm)"
    }
  }

  private func arguments(_ folder: String, _ name: String, steps: Int) throws -> [String] {
    return [
      "train", "--corpus", NanoModel.corpus, "--config", NanoModel.settings, "--seed", "9",
      "--steps", "\(steps)", "-o", "\(folder)/\(name).zk", "--log", "\(folder)/\(name).jsonl",
    ]
  }

  @Test func stoppedRunGoesOnWithTheSameLosses() throws {
    try withTemporaryFolder { folder in
      let whole = try runZk(arguments(folder, "whole", steps: 60))
      #expect(whole.status == 0)
      let parts = try arguments(folder, "parts", steps: 60).map { "'\($0)'" }
      let stopped = try runShell(
        """
        "$ZK_UNDER_TEST" \(parts.joined(separator: " ")) --threads 1 & process=$!
        until [ -s '\(folder)/parts.jsonl' ] && [ $(wc -l <'\(folder)/parts.jsonl') -ge 5 ]
        do sleep 0.01; done
        kill -TERM $process; wait $process
        """)
      // A fast machine may be done before the signal comes; then nothing is left to resume.
      #expect(stopped.status == 143 || stopped.status == 0)
      let resumed = try runZk([
        "train", "--corpus", NanoModel.corpus, "--resume", "-o", folder + "/parts.zk", "--steps",
        "60", "--log", folder + "/parts.jsonl",
      ])
      #expect(resumed.status == 0)
      let all = try losses(folder + "/whole.jsonl")
      #expect(all.count == 60)
      #expect(try losses(folder + "/parts.jsonl") == all)
    }
  }

  @Test func corpusComesThroughAPipe() throws {
    try withTemporaryFolder { folder in
      let result = try runShell(
        "cat '\(NanoModel.corpus)' | zk train --corpus - --config '\(NanoModel.settings)' "
          + "--steps 3 -o '\(folder)/m.zk' --valid '\(NanoModel.corpus)'")
      #expect(result.status == 0)
      #expect(result.stderr.contains("zk train: step 3  validation  level 0: clean "))
      #expect(result.stderr.contains("zk train: done: 3 steps"))
      #expect(result.stdout.isEmpty)
    }
  }

  @Test func epochsEndTheRun() throws {
    try withTemporaryFolder { folder in
      let line = String(repeating: "all of this is read once, ", count: 100)
      try writeBytes(Array(line.utf8), to: folder + "/text")
      let result = try runZk([
        "train", "--corpus", folder + "/text", "--config", NanoModel.settings, "--epochs", "1",
        "-o", folder + "/m.zk",
      ])
      #expect(result.status == 0)
      // 2600 bytes in crops of up to 128, two for each step.
      #expect(result.stderr.contains("done: 10 steps"))
    }
  }

  /// Each document counts once, however often the corpus is read.
  @Test func skippedDocumentsAreReported() throws {
    try withTemporaryFolder { folder in
      let line = Array(String(repeating: "all of this is read, ", count: 30).utf8)
      try writeBytes(line + [0x0A, 0xFF, 0x0A] + line + [0x0A, 0xC3, 0x0A], to: folder + "/text")
      let result = try runZk([
        "train", "--corpus", folder + "/text", "--config", NanoModel.settings, "--steps", "30",
        "--invalid", "skip", "-o", folder + "/m.zk",
      ])
      #expect(result.status == 2)
      #expect(result.stderr.contains("zk train: left out 2 documents: 2 bad UTF-8\n"))
      #expect(try runZk(["info", folder + "/m.zk"]).status == 0)
    }
  }

  @Test func whatCannotWorkIsSaidBeforeTraining() throws {
    try withTemporaryFolder { folder in
      let good = try arguments(folder, "m", steps: 1)
      func status(_ arguments: [String]) throws -> Int32 { try runZk(arguments).status }
      #expect(try status(["train", "-o", "x.zk"]) == 64)
      #expect(try status(["train", "--corpus", "-"]) == 64)
      #expect(try status(["train", "--corpus", "/none", "-o", folder + "/n.zk"]) == 66)
      #expect(try status(good + ["--set", "levels.0.width=7"]) == 64)
      #expect(try status(good + ["--set", "nothing=1"]) == 64)
      #expect(try status(good + ["--preset", "huge"]) == 64)
      #expect(try status(good.map { $0.hasSuffix("m.zk") ? "/none/m.zk" : $0 }) == 73)
      #expect(try status(good.map { $0.hasSuffix("m.zk") ? "/dev/full" : $0 }) == 74)
      #expect(try status(good) == 0)
      let again = try runZk(good)
      #expect(again.status == 73)
      #expect(again.stderr.contains("--resume"))
      try writeBytes(Array("<mediawiki><page></mediawiki>".utf8), to: folder + "/bad.xml")
      let bad = try runZk(["train", "--corpus", folder + "/bad.xml", "-o", folder + "/b.zk"])
      #expect(bad.status == 65)
      #expect(bad.stderr.contains("bad.xml:1: "))
      try writeBytes([], to: folder + "/empty")
      let empty = try runZk(["train", "--corpus", folder + "/empty", "-o", folder + "/e.zk"])
      #expect(empty.status == 65)
      #expect(empty.stderr.contains("no text"))
      // Only the one good run has left a model.
      #expect(try runShell("cd '\(folder)' && ls *.zk").stdout == "m.zk\n")
    }
  }

  @Test func aRunBeginsWithAnotherModel() throws {
    try withTemporaryFolder { folder in
      let model = try NanoModel.path()
      let exported = folder + "/exported.zk"
      #expect(try runZk(["export", model, "-o", exported]).status == 0)
      func train(_ more: [String], _ name: String) throws -> ZkResult {
        try runZk(
          ["train", "--corpus", NanoModel.corpus, "--steps", "2", "-o", "\(folder)/\(name).zk"]
            + more)
      }
      let same = try train(["--from", exported], "same")
      #expect(same.status == 0)
      #expect(same.stderr.contains(" arrays are those of \(exported)"))
      // A level on top.
      try writeBytes(
        Array("{\"levels\": [{}, {}, {\"heads\": 4}]}".utf8), to: folder + "/more.json")
      #expect(
        try train(["--from", exported, "--config", folder + "/more.json"], "more").status == 0)
      // What does not fit, and stages that do not come, are told before anything is done.
      for (more, key) in [
        (["--from", exported, "--set", "vocabulary=300"], "vocabulary"),
        (["--from", exported, "--preset", "tiny"], "levels.0.width"),
        (["--from", exported, "--set", "levels.1.fromByte=1000000"], "levels.1.fromByte"),
        (
          [
            "--from", exported, "--set", "levels.0.learningRateShare=0",
            "--set", "levels.1.learningRateShare=0",
          ], "learningRateShare"
        ),
      ] {
        let result = try train(more, "bad")
        #expect(result.status == 64 && result.stderr.contains(key), "\(result.stderr)")
      }
      #expect(try train(["--from", exported, "--resume", exported], "bad").status == 64)
      #expect(try train(["--from", "/none"], "bad").status == 66)
      #expect(try runShell("ls '\(folder)/bad.zk'").status != 0)
    }
  }

  @Test func aSplitterLearnsFromAnotherModel() throws {
    try withTemporaryFolder { folder in
      let teacher = try NanoModel.path()
      func train(_ name: String, _ more: [String]) throws -> ZkResult {
        try runZk(
          ["train", "--corpus", NanoModel.corpus, "-o", "\(folder)/\(name).zk"] + more)
      }
      let begun = ["--teacher", teacher, "--set", "levels.0.splitterWidth=8"]
      let whole = try train(
        "whole", begun + ["--steps", "12", "--valid", NanoModel.corpus, "--log", folder + "/log"])
      #expect(whole.status == 0, "\(whole.stderr)")
      #expect(whole.stderr.contains(" arrays are those of \(teacher)"))
      #expect(whole.stderr.contains("zk train: step 12  validation  from teacher "))
      let rows = try String(decoding: readBytes(folder + "/log"), as: UTF8.self)
        .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
      #expect(rows.count == 13)
      #expect(rows.allSatisfy { $0["levels"]?.arrayValue?.first?["teacher"]?.doubleValue != nil })
      let split = try runZk(
        ["split", "-m", folder + "/whole.zk", "--format", "text", "--separator", ""],
        stdin: "a text of its own\n")
      #expect(split.stdout == "a text of its own\n")
      // Of the checkpoint alone nobody would know what to learn.
      let resume = ["--resume", folder + "/whole.zk", "--steps", "14"]
      let alone = try train("whole", resume)
      #expect(alone.status == 64 && alone.stderr.contains("teacher"), "\(alone.stderr)")
      #expect(try train("whole", resume + ["--teacher", teacher]).status == 0)
      for (more, key) in [
        (["--set", "vocabulary=300", "--from", teacher], "vocabulary"),
        (["--set", "levels.1.splitterWidth=8"], "levels.1.splitter"),
      ] {
        let result = try train("bad", ["--teacher", teacher, "--steps", "1"] + more)
        #expect(result.status == 64 && result.stderr.contains(key), "\(result.stderr)")
      }
    }
  }

  @Test func aRunThatLosesItsNumbersStops() throws {
    try withTemporaryFolder { folder in
      let result = try runZk(
        arguments(folder, "m", steps: 200) + [
          "--set", "learningRate=1", "--set", "gradientClip=0", "--set", "warmupSteps=0",
        ])
      #expect(result.status == 1)
      #expect(result.stderr.contains("lower learningRate"))
      // The checkpoint that was written before is still there.
      #expect(try runZk(["split", "-m", folder + "/m.zk"], stdin: "text").status == 0)
    }
  }

  @Test func threeLevelsTrainSplitAndGenerate() throws {
    try withTemporaryFolder { folder in
      let settings = String(
        decoding: try readBytes(NanoModel.settings), as: UTF8.self
      ).replacingOccurrence(
        of: "\"batch\"", with: "\"vocabulary\": 258, \"batch\""
      ).replacingOccurrence(
        of: "\"denoiserLayers\": 1}],",
        with: "\"denoiserLayers\": 1}, {\"heads\": 4, \"documentLength\": 16}],")
      try writeBytes(Array(settings.utf8), to: folder + "/three.json")
      let model = folder + "/three.zk"
      let trained = try runZk([
        "train", "--corpus", NanoModel.corpus, "--config", folder + "/three.json", "--steps", "5",
        "-o", model,
      ])
      #expect(trained.status == 0, "\(trained.stderr)")
      let text = "three levels of segments, each tiles the text. "
      let split = try runZk(
        ["split", "-m", model, "--level", "2", "--format", "text", "--separator", ""],
        stdin: text + "\n")
      #expect(split.stdout == text + "\n")
      let generated = try runZk(["generate", "-m", model, "--count", "2", "--steps", "2"])
      #expect(generated.status == 0)
      #expect(generated.stdout.split(separator: "\n", omittingEmptySubsequences: false).count == 3)
      #expect(
        try runZk(["generate", "-m", model, "--count", "2", "--steps", "2", "--threads", "1"])
          .outputBytes == generated.outputBytes)
    }
  }
}

extension String {
  fileprivate func replacingOccurrence(of old: String, with new: String) -> String {
    guard let range = firstRange(of: old) else { return self }
    return replacingCharacters(in: range, with: new)
  }

  private func replacingCharacters(in range: Range<String.Index>, with new: String) -> String {
    String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
  }
}
