import ZonkeyEngine
import ZonkeyKernels

/// Level 0's splitter over symbols, with what depends on one or two of them looked up: scores are
/// functions of two symbols, or of one and a place, and there are 258 symbols.
///
/// The probabilities are those of `Level.boundaryProbability` but for rounding. Reads its tables
/// only: any number of threads may use one.
package struct SymbolSplitter {
  private let level: Level
  /// The symbols at the splitter's width [V, w].
  private let inputs: Tensor
  private let pairs, places, values, gates: UnsafeMutablePointer<Float>
  private let convolution: PackedConvolution
  private let half: Int

  /// Tables for a level over the rows of `embedding` [V, D]; they live as long as what is on `tape`.
  package init(_ level: Level, embedding: Tensor, on tape: Tape) {
    self.level = level
    let heads = level.configuration.heads
    half = level.splitterHalf
    inputs = level.splitterInput(embedding, on: tape)
    convolution = PackedConvolution(level.splitter.convolution, on: tape)
    let (symbols, width) = (inputs.rows, inputs.columns)
    let projections = level.splitterProjection(inputs, on: tape)
    pairs = tape.floats(symbols * symbols * heads)
    places = tape.floats(symbols * (2 * half + 1) * heads)
    values = tape.floats(symbols * width)
    gates = tape.floats(symbols * width)
    zk_symbol_tables(
      projections.values, level.splitterPositions, symbols, width, heads, half, pairs, places,
      values, gates)
  }

  /// The probability of a start at every symbol of documents packed by `offsets` [B + 1]: [L, 1].
  package func boundaryProbability(
    _ symbols: ContiguousArray<Int32>, offsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    level.boundaryProbability(
      mixed: mixed(symbols, offsets: offsets, on: tape), from: .residualRows(inputs, symbols),
      packed: convolution, offsets: offsets, on: tape)
  }

  /// What the attention gives: [L, w].
  private func mixed(
    _ symbols: ContiguousArray<Int32>, offsets: ContiguousArray<Int32>, on tape: Tape
  ) -> Tensor {
    let out = tape.empty(symbols.count, inputs.columns)
    var attention = zk_symbol_attention(
      pairs: pairs, places: places, values: values, gates: gates,
      symbols: inputs.rows, width: out.columns, heads: level.configuration.heads, half: half)
    symbols.pointer { symbols in
      offsets.pointer {
        zk_symbol_attention_forward(&attention, symbols, $0, offsets.count - 1, out.values)
      }
    }
    return out
  }
}
