import TestSupport
import Testing

import ZonkeyCore

/// The numbers of the published code (see Tests/Fixtures/parity) and their names in this project.
enum Parity {
  static let folder = fixturePath("parity")

  static let cases = load("cases.safetensors")
  static let published = load("weights.safetensors")

  private static func load(_ name: String) -> [String: NamedArray] {
    do {
      let file = try CheckpointFile.read(folder + "/" + name)
      return Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0) })
    } catch {
      Issue.record("fixture \(name): \(error)")
      return [:]
    }
  }

  static func floats(_ name: String) -> [Float] {
    guard let array = cases[name] else {
      Issue.record("no fixture \(name)")
      return []
    }
    do {
      return array.type == .int32 ? try array.int32s().map(Float.init) : try array.floats()
    } catch {
      Issue.record("fixture \(name): \(error)")
      return []
    }
  }

  static func ints(_ name: String) -> [Int32] { floats(name).map { Int32($0) } }

  static func weight(_ name: String) -> [Float] {
    do { return try published[name]?.floats() ?? [] } catch { return [] }
  }

  /// The fixtures' configuration, in this project's terms.
  static let settings = """
    {"levels": [
      {"width": 16, "compressionVectors": 2, "segmentLength": 12, "documentLength": 96,
       "segmentLimit": 64, "heads": 2, "compressorLayers": 2, "decompressorLayers": 1,
       "denoiserLayers": 2, "targetRate": 0.08333333333, "minimumLength": 2},
      {"width": 32, "compressionVectors": 2, "segmentLength": 8, "documentLength": 32,
       "segmentLimit": 16, "heads": 4, "compressorLayers": 1, "decompressorLayers": 1,
       "denoiserLayers": 1, "targetRate": 0.125, "minimumLength": 2}],
     "vocabulary": 256, "topDocumentLength": 8, "feedForwardRatio": 2, "noiseStep": 0.02,
     "lastNoiseStep": 0.02, "livingBound": 0, "paddedDocuments": true, "batch": 2}
    """

  static let model: ZonkeyModel = {
    do {
      var configuration = try #require(Configuration.preset("paper"))
      try configuration.apply(JSONValue(parsing: settings))
      return try ZonkeyModel(configuration)
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  /// The published weights in this project's layout.
  static let weights: ParameterStore = {
    let store = ParameterStore(count: model.parameters.count)
    for entry in model.parameters.entries {
      let values = PublishedName(entry.name).gather(weight)
      if values.count != entry.parameter.count {
        Issue.record("\(entry.name): \(values.count) values for \(entry.parameter.count)")
        continue
      }
      for (i, value) in values.enumerated() { store.values[entry.parameter.offset + i] = value }
    }
    return store
  }()

  static func tape() -> Tape { Tape(weights: weights, workers: Workers(count: 2), recording: true) }

  /// Fails unless `actual` is within `relative` of the largest magnitude, or `absolute`.
  static func expect(
    _ actual: [Float], _ name: String, relative: Float = 1e-4, absolute: Float = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expect(
      actual, equals: floats(name), name, relative: relative, absolute: absolute,
      sourceLocation: sourceLocation)
  }

  static func expect(
    _ actual: [Float], equals wanted: [Float], _ name: String, relative: Float, absolute: Float,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(actual.count == wanted.count, "\(name): count", sourceLocation: sourceLocation)
    guard actual.count == wanted.count else { return }
    let largest = wanted.map(abs).max() ?? 0
    var difference: Float = 0  // dbg
    for (a, b) in zip(actual, wanted) {
      difference = a.isFinite ? max(difference, abs(a - b)) : .infinity
    }
    #expect(
      difference <= max(absolute, relative * largest),
      "\(name): differs by \(difference) where the largest is \(largest)",
      sourceLocation: sourceLocation)
  }
}

/// The published arrays that make up one of this project's parameters.
struct PublishedName {
  let name: String

  init(_ name: String) { self.name = name }

  /// This project's array from the published ones, read by `read`.
  func gather(_ read: (String) -> [Float]) -> [Float] {
    let parts = name.split(separator: ".").map(String.init)
    if parts[0] == "embedding" { return read("token_embedding_layer.weight") }
    let base = "layers.\(parts[1])"
    let rest = parts.dropFirst(2).joined(separator: ".")
    if rest.contains("convolution.") && rest.hasPrefix("splitter") {
      return convolutions(base, bias: rest.hasSuffix("bias"), read)
    }
    if rest == "compressor.convolution.weight" {
      let w = read("\(base).local_feature_extractor.conv.weight")
      return reordered(w, kernel: 3)
    }
    if rest.hasPrefix("splitter.from_") {
      let w = read("\(base).segment_splitter.bos_classifier.proj.weight")
      let width = max(0, w.count - 32)
      switch rest {
      case "splitter.from_sequence.weight": return Array(w[..<width])
      case "splitter.from_features.weight": return Array(w[width...])
      default: return read("\(base).segment_splitter.bos_classifier.proj.bias")
      }
    }
    if rest.hasSuffix("projection.weight") || rest.hasSuffix("projection.bias") {
      return projection(base, rest, read)
    }
    return read("\(base).\(translated(rest))")
  }

  private func convolutions(_ base: String, bias: Bool, _ read: (String) -> [Float]) -> [Float] {
    let names = ["local": 3, "mid": 5, "long": 7, "longer": 9]
    return ["local", "mid", "long", "longer"].flatMap { part -> [Float] in
      let array = read(
        "\(base).segment_splitter.bos_classifier.conv_\(part).\(bias ? "bias" : "weight")")
      return bias ? array : reordered(array, kernel: names[part] ?? 1)
    }
  }

  /// [out, in, kernel] to [kernel, out, in].
  private func reordered(_ w: [Float], kernel: Int) -> [Float] {
    let pairs = w.count / kernel
    return (0..<kernel).flatMap { k in (0..<pairs).map { w[$0 * kernel + k] } }
  }

  private func projection(
    _ base: String, _ rest: String, _ read: (String) -> [Float]
  ) -> [Float] {
    let suffix = rest.hasSuffix("weight") ? "weight" : "bias"
    let path = String(translated(rest).dropLast(suffix.count + 1 + "projection".count + 1))
    if rest.hasPrefix("splitter") {
      return read("\(base).\(path).self_attn.qkv_proj.\(suffix)")
        + read("\(base).\(path).self_attn.gate_proj.\(suffix)")
    }
    let qkv = read("\(base).\(path).self_attn.W_qkv.\(suffix)")
    if rest.hasPrefix("stitcher") || rest.hasPrefix("decompressor") { return qkv }
    return qkv + read("\(base).\(path).self_attn.gate_proj.\(suffix)")
  }

  private func translated(_ rest: String) -> String {
    if rest == "stitcher.portion" { return "stitcher.refiner_portion" }
    if rest == "splitter.bias" { return "segment_splitter.bos_classifier.bias" }
    if rest.hasPrefix("existence.") { return "bos_layer." + rest.dropFirst("existence.".count) }
    if rest == "mask" { return "mask_vector" }
    var out = rest
    let isSplitter = rest.hasPrefix("splitter")
    let replacements: [(String, String)] = [
      ("compressor.learned", "compressor_cls_emd"),
      ("compressor.convolution_norm", "local_feature_extractor.norm"),
      ("compressor.convolution.", "local_feature_extractor.conv."),
      ("noise_level.clean", "time_vec_clean"), ("noise_level.noisy", "time_vec_noisy"),
      ("stitcher.matching_weight", "stitcher.similarity_weight"),
      ("stitcher.matching.", "stitcher.proj."),
      ("stitcher.feed_forward", "stitcher.refiner.feed_forward"),
      ("stitcher.attention_norm", "stitcher.refiner.attention_norm"),
      ("stitcher.output", "stitcher.refiner.output"),
      ("stitcher.projection", "stitcher.refiner.projection"),
      ("attention_norm", "norm1"), ("feed_forward_norm", "norm2"),
      ("feed_forward.expand", "ff.0"), ("feed_forward.contract", "ff.3"),
      ("final_norm", "last_layer_norm"),
      (".output.", isSplitter ? ".self_attn.out_proj." : ".self_attn.W_o."),
    ]
    for (ours, theirs) in replacements {
      if let range = out.firstRange(of: ours) { out.replaceSubrange(range, with: theirs) }
    }
    guard isSplitter else { return out }
    let network = "segment_splitter.bos_classifier.transformer."
    let inner = out.dropFirst("splitter.".count)
    return inner.hasPrefix("last_layer_norm") ? network + inner : network + "layers.0." + inner
  }
}
