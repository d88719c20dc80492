import ZonkeyEngine

/// What level 0 looks up, as functions of symbols alone; any number of threads may read it.
package final class SymbolTables: @unchecked Sendable {
  package let splitter: SymbolSplitter
  /// The embeddings on the sphere [symbols, D], and what these give to the compressor's
  /// convolution [symbols, 3·D].
  let vectors, taps: Tensor
  /// The memory of all three.
  private let tape: Tape

  init(_ zonkey: Zonkey) {
    tape = zonkey.tape()
    let (level, embedding) = (zonkey.model.levels[0], tape.use(zonkey.model.embedding))
    splitter = SymbolSplitter(level, embedding: embedding, on: tape)
    vectors = tape.normalized(embedding)
    taps = level.compressorTaps(vectors, on: tape)
  }
}
