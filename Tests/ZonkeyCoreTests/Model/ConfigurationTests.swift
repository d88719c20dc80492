import Testing
import ZonkeyCore

/// Settings by JSON and by assignment, and their limits.
@Suite struct ConfigurationTests {
  private func tiny() throws -> Configuration { try #require(Configuration.preset("tiny")) }

  /// The key of the error that `body` throws, or nil.
  private func badKey(_ body: () throws -> Void) -> String? {
    do { try body() } catch ZonkeyError.badConfiguration(let key, let reason) {
      return reason.isEmpty ? nil : key
    } catch { return "another error: \(error)" }
    return nil
  }

  @Test(arguments: Configuration.presetNames) func presets(name: String) throws {
    let preset = try #require(Configuration.preset(name))
    #expect(badKey { try preset.validate() } == nil)
    #expect(Configuration.presetNames.contains("paper") && Configuration.preset("none") == nil)
    // What is written can be read again, whatever it is applied to.
    let text = String(decoding: preset.json.serialised(), as: UTF8.self)
    var other = try tiny()
    try other.apply(JSONValue(parsing: text))
    #expect(other == preset)
    #expect(other.json == preset.json)
  }

  /// What a file does not name was not known when it was written: it means the paper's form.
  @Test func settingsThatAreMissingMeanThePaper() throws {
    let paper = try #require(Configuration.preset("paper"))
    #expect(paper.departures == .none && paper.levels.allSatisfy { $0.departures == .none })
    #expect([paper.weights.rate, paper.weights.lineStart] == [0, 0])
    #expect([paper.weights.unitSymbols, paper.weights.unitPrior] == [0, 0])
    var old = paper
    try old.apply(JSONValue(parsing: "{\"batch\": 3, \"levels\": [{\"heads\": 4}, {}]}"))
    #expect(old.departures == .none && old.levels.allSatisfy { $0.departures == .none })
    #expect(try tiny().departures != .none)
  }

  /// A level's own weights begin as the configuration's.
  @Test func weightsOfOneLevel() throws {
    var configuration = try #require(Configuration.preset("paper"))
    try configuration.set("levels.1.weights.patch=0.25")
    #expect(configuration.levels[1].weights?.patch == 0.25)
    #expect(configuration.levels[1].weights?.shortSegment == configuration.weights.shortSegment)
    #expect(configuration.levels[0].weights == nil)
    var other = try tiny()
    try other.apply(configuration.json)
    #expect(other.levels[1].weights == configuration.levels[1].weights)
    #expect(badKey { try other.set("levels.1.weights.pach=1") } == "levels.1.weights.pach")
    #expect(badKey { try other.set("levels.7.weights.patch=1") } == "levels.7.weights.patch")
    try other.set("levels.1.weights.patch=-1")
    #expect(badKey { try other.validate() } == "levels.1.weights.patch")
  }

  @Test func roundTripOfOddValues() throws {
    var configuration = try tiny()
    configuration.noiseStep = 0.1
    configuration.weights.patch = 1.0 / 3
    configuration.livingBound = 1e-20
    configuration.paddedDocuments = true
    configuration.levels.append(configuration.levels[1])
    var other = try tiny()
    try other.apply(JSONValue(parsing: configuration.json.serialised()))
    #expect(other == configuration)
    // Floats are written as they read, without the digits of their doubles.
    #expect(configuration.json["noiseStep"] == .number(0.1))
  }

  @Test func partialChanges() throws {
    let before = try tiny()
    var configuration = before
    try configuration.apply(
      JSONValue(
        parsing: """
          {"batch": 7, "weights": {"collapse": 2}, "noiseStep": 1,
           "levels": [{"segmentLength": 9}, {}, {"heads": 8}]}
          """))
    #expect(configuration.batch == 7 && configuration.weights.collapse == 2)
    #expect(configuration.noiseStep == 1 && configuration.weights.patch == before.weights.patch)
    #expect(configuration.levels[0].segmentLength == 9)
    #expect(configuration.levels[1] == before.levels[1])
    // A level more is a copy of the last one, of the width that follows.
    #expect(configuration.levels.count == 3 && configuration.levels[2].heads == 8)
    #expect(configuration.levels[2].width == before.levels[1].latentWidth)
    #expect(badKey { try configuration.validate() } == nil)
    try configuration.apply(JSONValue(parsing: "{\"levels\": [{}]}"))
    #expect(configuration.levels.count == 1 && configuration.levels[0].segmentLength == 9)
  }

  @Test(arguments: [
    ("[]", "(file)"), ("3", "(file)"), ("{\"bach\": 3}", "bach"), ("{\"\": 3}", ""),
    ("{\"batch\": 3.5}", "batch"), ("{\"batch\": \"3\"}", "batch"),
    ("{\"batch\": null}", "batch"), ("{\"noiseStep\": true}", "noiseStep"),
    ("{\"paddedDocuments\": 1}", "paddedDocuments"), ("{\"weights\": 1}", "weights"),
    ("{\"weights\": {\"pach\": 1}}", "weights.pach"),
    ("{\"weights\": {\"patch\": []}}", "weights.patch"), ("{\"levels\": {}}", "levels"),
    ("{\"levels\": []}", "levels"), ("{\"levels\": [{}, {}, {}, {}, {}, {}, {}]}", "levels"),
    ("{\"levels\": [1]}", "levels.0"), ("{\"levels\": [{}, {\"wdth\": 1}]}", "levels.1.wdth"),
    ("{\"levels\": [{\"width\": 1.5}]}", "levels.0.width"),
  ])
  func wrongJSON(text: String, key: String) throws {
    var configuration = try tiny()
    #expect(badKey { try configuration.apply(JSONValue(parsing: text)) } == key)
  }

  @Test func assignments() throws {
    var configuration = try tiny()
    try configuration.set("batch=9")
    try configuration.set("levels.1.targetRate=0.25")
    try configuration.set("weights.patch=0")
    try configuration.set("paddedDocuments=true")
    try configuration.set("learningRate=1e-4")
    #expect(configuration.batch == 9 && configuration.levels[1].targetRate == 0.25)
    #expect(configuration.weights.patch == 0 && configuration.paddedDocuments)
    #expect(configuration.learningRate == 1e-4)
  }

  @Test(arguments: [
    ("batch", "batch"), ("", ""), ("=3", ""), ("batch=", "batch"), ("batch=many", "batch"),
    ("batch=3=4", "batch"), ("batch=1.5", "batch"), ("batch=99999999999999999999", "batch"),
    ("levels=3", "levels"), ("levels.2.width=3", "levels.2.width"),
    ("levels.-1.width=3", "levels.-1.width"), ("levels.x.width=3", "levels.x.width"),
    ("levels.0.wdth=3", "levels.0.wdth"), ("levels.0=3", "levels.0"),
    ("levels.0.width.x=3", "levels.0.width.x"), ("weights.x=3", "weights.x"),
    ("weights=3", "weights"), (".=1", "."), ("unknown=3", "unknown"),
    ("paddedDocuments=1", "paddedDocuments"),
  ])
  func wrongAssignments(text: String, key: String) throws {
    let before = try tiny()
    var configuration = before
    #expect(badKey { try configuration.set(text) } == key)
    #expect(configuration == before)
  }

  /// One value beyond each end of every range.
  @Test(arguments: [
    ("vocabulary", ["1", "65537", "-5"]), ("topDocumentLength", ["0"]),
    ("feedForwardRatio", ["0", "17"]), ("batch", ["0", "4097"]), ("noiseStep", ["-0.1", "1.1"]),
    ("lastNoiseStep", ["-0.1", "1.1"]), ("livingBound", ["-0.1", "0.6"]),
    ("wholeShare", ["-0.1", "1.1"]),
    ("learningRate", ["-1", "2", "1e300"]), ("decayShare", ["-0.1", "1.5"]),
    ("weightDecay", ["-0.1", "2"]), ("averageDecay", ["-0.1", "1.01"]),
    ("gradientClip", ["-1", "1e10"]), ("warmupSteps", ["-1"]),
    ("levels.0.width", ["0", "3", "8196", "-4", "66"]), ("levels.1.width", ["256"]),
    ("levels.0.heads", ["0", "3", "-1"]), ("levels.0.compressionVectors", ["0", "65", "-1"]),
    ("levels.0.segmentLength", ["3", "257"]), ("levels.1.documentLength", ["15", "0"]),
    ("levels.0.segmentLimit", ["0"]), ("levels.0.compressorLayers", ["0", "65"]),
    ("levels.0.decompressorLayers", ["0", "65"]), ("levels.1.denoiserLayers", ["0", "65"]),
    ("levels.0.splitterReach", ["-1", "129"]),
    ("levels.0.splitterWidth", ["-8", "4", "12", "8200"]), ("levels.1.noiseSkew", ["0", "21"]),
    ("levels.1.noisyConcentration", ["-1", "1001"]), ("levels.1.priorLayers", ["-1", "65"]),
    ("levels.1.fromByte", ["-1"]), ("levels.1.noiseFromByte", ["-1"]),
    ("levels.0.splitterToByte", ["-1"]), ("levels.0.encoderToByte", ["-1"]),
    ("levels.0.learningRateShare", ["-1", "11"]),
    ("levels.0.fullRateInputs", ["-1", "65537"]),
    ("levels.1.downwardGradient", ["-1", "11"]), ("levels.1.splitterGradient", ["-1", "11"]),
    ("beginningShare", ["-0.1", "1.1"]), ("hiddenSpaces", ["-0.1", "1.1"]),
    ("levels.0.targetRate", ["0", "1", "-1"]), ("levels.0.minimumLength", ["0", "17"]),
  ])
  func outOfRange(key: String, values: [String]) throws {
    for value in values {
      var configuration = try tiny()
      try configuration.set("\(key)=\(value)")
      let bad = badKey { try configuration.validate() }
      // A width that the heads do not divide is reported with the heads.
      let alternative = key.hasSuffix(".width") ? key.dropLast(5) + "heads" : Substring(key)
      #expect(bad == key || bad == String(alternative), "\(key)=\(value): \(bad ?? "accepted")")
    }
  }

  /// Shares stand for maps of places, and each unit needs a number.
  @Test func sharesNeedAParallelDecoderAndRoom() throws {
    var configuration = try tiny()
    let key = "levels.1.unitShares"
    for assignment in ["placeMaps=false", "placeSums=false", "unitShares=true"] {
      try configuration.set("levels.1.\(assignment)")
    }
    #expect(badKey { try configuration.validate() } == nil)
    for change in ["parallelDecoder=false", "placeMaps=true", "placeSums=true"] {
      var other = configuration
      try other.set("levels.1.\(change)")
      #expect(badKey { try other.validate() } == key, "\(change)")
    }
    try configuration.set("levels.1.segmentLength=250")
    try configuration.set("levels.1.compressionVectors=1")
    #expect(badKey { try configuration.validate() } == key)
  }

  /// Both are of candidates: level 0 has symbols, and the published form negatives.
  @Test(arguments: ["noisyConcentration", "priorLayers"])
  func whatNeedsCandidates(setting: String) throws {
    var configuration = try tiny()
    try configuration.set("levels.0.\(setting)=3")
    #expect(badKey { try configuration.validate() } == "levels.0.\(setting)")
    try configuration.set("levels.0.\(setting)=0")
    try configuration.set("levels.1.\(setting)=3")
    #expect(badKey { try configuration.validate() } == nil)
    try configuration.set("levels.1.noisyConcentration=0")
    try configuration.set("allCandidates=false")
    try configuration.set("levels.1.\(setting)=3")
    #expect(badKey { try configuration.validate() } == "levels.1.\(setting)")
  }

  @Test func concentrationNeedsNoiseAtOnce() throws {
    var configuration = try tiny()
    try configuration.set("levels.1.noisyConcentration=30")
    try configuration.set("directNoise=false")
    #expect(badKey { try configuration.validate() } == "levels.1.noisyConcentration")
  }

  /// The published vocabulary of bytes is a model, but none for documents.
  @Test func documentsNeedTheirEnd() throws {
    var configuration = try tiny()
    configuration.vocabulary = 257
    #expect(badKey { try configuration.validate() } == nil)
    #expect(badKey { try configuration.validateForDocuments() } == "vocabulary")
    configuration.vocabulary = 258
    #expect(badKey { try configuration.validateForDocuments() } == nil)
  }

  /// Numbers that no float holds must not pass as valid weights.
  @Test func weightsAreFinite() throws {
    for value in [Float.nan, .infinity] {
      var configuration = try tiny()
      configuration.weights.patch = value
      #expect(badKey { try configuration.validate() } == "weights.patch")
      configuration = try tiny()
      configuration.learningRate = value
      #expect(badKey { try configuration.validate() } == "learningRate")
    }
  }

  /// Any configuration that passes builds a model; one that does not throws.
  @Test func modelsOfValidConfigurations() throws {
    var configuration = try tiny()
    configuration.levels[0].width = 63
    #expect(badKey { _ = try ZonkeyModel(configuration) } != nil)
    configuration.levels = []
    #expect(badKey { try configuration.validate() } == "levels")
  }
}
