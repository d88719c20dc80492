import ZonkeyCore

/// Counts the floating-point operations of a training step's matrix products by their shapes.
///
/// A product [M, K]·[K, N] counts 2·M·K·N. Counted are all linear maps and the similarity matrices
/// of the losses; attention's own products (4·(positions in a segment)·D a row, about a twentieth
/// of a layer), normalisations and element-wise functions are not. A backward pass does two
/// products for each forward one, hence three times the forward count.
struct Arithmetic {
  let configuration: Configuration

  init(_ configuration: Configuration) { self.configuration = configuration }

  /// Operations of a step that took so many packed rows and segments at each level.
  func trainingStep(rows: [Int], segments: [Int]) -> Double {
    var forward = 0.0
    for (index, level) in configuration.levels.enumerated() {
      let shape = LevelShape(
        level: level, rows: Double(rows[index]), segments: Double(segments[index]),
        ratio: Double(configuration.feedForwardRatio))
      // Padding belongs to a document: all its rows go through the splitter.
      let documentRows = Double(configuration.batch * level.documentLength)
      forward += shape.splitter(documentRows) + 2 * shape.compress
      forward += 2 * shape.stitch(documents: Double(configuration.batch))
      if index == 0 {
        forward += 2 * shape.decode + 4 * shape.similarity(Double(configuration.vocabulary))
      } else {
        // Clean, mixed (previous and difference) and both stitchers' contrasts.
        forward += 3 * shape.decode + 5 * shape.similarity(shape.rows)
        forward += shape.compressorStack + 0.2 * shape.similarity(documentRows)
      }
    }
    return 3 * forward
  }
}

/// Forward operations of one level's parts.
private struct LevelShape {
  let level: LevelConfiguration
  let rows: Double
  let segments: Double
  let ratio: Double

  private var d: Double { Double(level.width) }
  private var vectors: Double { Double(level.compressionVectors) }

  /// Linear maps of D → `maps`·D on so many rows.
  private func linear(_ rows: Double, maps: Double) -> Double { 2 * rows * d * d * maps }

  /// q, k, v, gate, output, feed-forward.
  private func encoderLayer(_ rows: Double) -> Double { linear(rows, maps: 5 + 2 * ratio) }

  func splitter(_ rows: Double) -> Double {
    // Four convolutions of 8 channels, kernels 3 + 5 + 7 + 9; the map to one number.
    encoderLayer(rows) + 2 * rows * (d * 8 * 24 + d + 32)
  }

  var compressorStack: Double {
    Double(level.compressorLayers) * encoderLayer(rows + segments * vectors)
  }

  var compress: Double { linear(rows, maps: 3) + compressorStack }

  var decode: Double {
    let all = rows + segments * (1 + vectors)
    // The causal stack has no gate.
    return Double(level.decompressorLayers) * linear(all, maps: 4 + 2 * ratio)
      + Double(level.denoiserLayers) * encoderLayer(all) + 2 * 2 * rows * d
  }

  func stitch(documents: Double) -> Double {
    // Every segment but a document's last is a left one, every one but the first a right one.
    let pairs = rows * max(0, segments - documents) / max(1, segments)
    return linear(pairs, maps: 2 * 0.25 + 4 + 2 * ratio)
  }

  func similarity(_ others: Double) -> Double { 2 * rows * others * d }
}
