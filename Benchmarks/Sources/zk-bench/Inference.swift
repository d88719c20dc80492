import ZonkeyCore

extension Bench {
  /// Tapes that record nothing, one for each worker and used again for every piece: what a piece
  /// needs stays in the cache.
  private func tapes(_ load: Workload) -> [Tape] {
    let packed = PackedWeights(load.weights)
    return (0..<workers.count).map { _ in Tape(weights: load.weights, packed: packed) }
  }

  private static let length = 1024

  /// The splitter's probabilities of documents of 1024 characters.
  func split() throws {
    let load = try Workload(.dense)
    let (tapes, crops) = (tapes(load), Workload.crops(64, length: Bench.length))
    let sample = sample {
      workers.run(crops.count) { worker, crop in
        let tape = tapes[worker]
        tape.reset()
        _ = probabilities(crops[crop], load, tape)
      }
    }
    report(
      "split", sample, amount: Double(crops.count * Bench.length), unit: "characters/s",
      reference: 1170)
  }

  private func probabilities(
    _ crop: DocumentSymbols, _ load: Workload, _ tape: Tape
  ) -> (x: Tensor, p: Tensor) {
    let (level, symbols) = (load.model.levels[0], ContiguousArray(crop.symbols))
    let embedding = tape.use(load.model.embedding)
    let x = tape.gather(embedding, symbols)
    // As the encoder does it, with a table made once for many documents.
    let projected = tape.gather(level.splitterProjection(embedding, on: tape), symbols)
    let p = level.boundaryProbability(
      x, projected: projected, offsets: [0, Int32(symbols.count)], on: tape)
    return (x, p)
  }

  /// Splitting and compressing: starts are drawn as in training, windows have all positions.
  func encode() throws {
    let load = try Workload(.dense)
    let level = load.model.levels[0]
    let (tapes, crops) = (tapes(load), Workload.crops(32, length: Bench.length))
    let source = RandomSource(seed: 5)
    let sample = sample {
      workers.run(crops.count) { worker, crop in
        let tape = tapes[worker]
        tape.reset()
        let (x, p) = probabilities(crops[crop], load, tape)
        let u = source.uniform(source.key(UInt64(crop)), count: x.rows)
        let document = DocumentExtent(offset: 0, rows: x.rows, real: x.rows)
        let length = level.configuration.segmentLength
        let starts = Starts.positions(
          count: x.rows, segmentLength: length, limit: x.rows - length, allowed: { _ in true },
          begins: { u[$0] < p.values[$0] })
        let segments = Segmentation(
          starts: [starts], documents: [document], p: UnsafePointer(p.values),
          segmentLength: length, bound: 0)
        _ = level.compress(
          tape.normalized(tape.gather(x, segments.rowOf)),
          existence: tape.existence(
            tape.gather(p, segments.rowOf), offsets: segments.offsets),
          offsets: segments.offsets, on: tape)
      }
    }
    report(
      "encode-dense", sample, amount: Double(crops.count * Bench.length), unit: "characters/s",
      reference: 346)
  }

  /// Decoding latents to windows with all positions, 64 segments in a piece.
  func decode() throws {
    let load = try Workload(.dense)
    let level = load.model.levels[0]
    let (pieces, segments) = (16, 64)
    let tapes = tapes(load)
    let source = RandomSource(seed: 3)
    let width = level.configuration.latentWidth
    let latents = source.normal(source.key(1), count: segments * width)
    let offsets = ContiguousArray(
      (0...segments).map { Int32($0 * level.configuration.segmentLength) })
    let sample = sample {
      workers.run(pieces) { worker, _ in
        let tape = tapes[worker]
        tape.reset()
        _ = level.decode(
          tape.normalized(tape.constant(latents, columns: width)),
          noiseLevels: [Float](repeating: 0, count: segments), offsets: offsets, on: tape)
      }
    }
    report(
      "decode-dense", sample, amount: Double(pieces * segments), unit: "segments/s",
      reference: 37)
  }
}
