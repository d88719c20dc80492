import ZonkeyEngine
import ZonkeyKernels

/// The splitter's attention at level 0, looked up: scores are functions of two symbols, or of one
/// and a place, and there are 258 symbols.
///
/// The results are those of `Tape.localAttention` but for rounding. Reads its tables only: any
/// number of threads may use one.
package struct SymbolAttention {
  private let projections: Tensor
  private let pairs, places, gates: UnsafeMutablePointer<Float>
  private let heads: Int
  private let half: Int

  /// Tables for a level over the rows of `embedding`; they live as long as what is on `tape`.
  package init(_ level: Level, embedding: Tensor, on tape: Tape) {
    let (symbols, width) = (embedding.rows, embedding.columns)
    (heads, half) = (level.configuration.heads, level.splitterHalf)
    projections = level.splitterProjection(embedding, on: tape)
    pairs = tape.floats(symbols * symbols * heads)
    places = tape.floats(symbols * (2 * half + 1) * heads)
    gates = tape.floats(symbols * width)
    zk_symbol_tables(
      projections.values, level.splitterPositions, symbols, width, heads, half, pairs, places,
      gates)
  }

  /// What the attention gives for documents of symbols packed by `offsets`: [L, D].
  package func mixed(
    _ symbols: ContiguousArray<Int32>, offsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    let out = tape.empty(symbols.count, projections.columns / 4)
    var attention = zk_symbol_attention(
      projected: projections.values, pairs: pairs, places: places, gates: gates,
      symbols: projections.rows, width: out.columns, heads: heads, half: half)
    symbols.pointer { symbols in
      offsets.pointer {
        zk_symbol_attention_forward(&attention, symbols, $0, offsets.count - 1, out.values)
      }
    }
    return out
  }
}
