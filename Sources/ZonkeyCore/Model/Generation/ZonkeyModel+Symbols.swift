import ZonkeyEngine
import ZonkeyKernels

extension ZonkeyModel {
  /// The nearest of the first `count` symbols to every unit [M, D] of level 0, by cosine (model §9).
  package func symbols(_ units: Tensor, among count: Int, on tape: Tape) -> [Int32] {
    var found: [Int32] = []
    found.reserveCapacity(units.rows)
    forEachCosine(units, among: count, on: tape) { cosines in
      found.append(Int32(cosines.nearest(among: 0..<count).symbol))
    }
    return found
  }

  /// The nearest byte to every unit, and whether a symbol that is no byte is nearer.
  func bytesAndEnds(_ units: Tensor, on tape: Tape) -> (bytes: [Int32], ends: [Bool]) {
    var (bytes, ends) = ([Int32](), [Bool]())
    let count = configuration.vocabulary
    forEachCosine(units, among: count, on: tape) { cosines in
      let byte = cosines.nearest(among: 0..<256)
      bytes.append(Int32(byte.symbol))
      ends.append(cosines.nearest(among: 256..<count).cosine > byte.cosine)
    }
    return (bytes, ends)
  }

  /// Calls `body` with the cosines of each unit and the first `count` symbols, times the unit's norm.
  private func forEachCosine(
    _ units: Tensor, among count: Int, on tape: Tape, _ body: (Cosines) -> Void
  ) {
    guard units.rows > 0 else { return }
    let symbols = tape.use(embedding).rows(0..<count)
    // The embedding stays as it is, since it is packed once and not for every call.
    let products = tape.linear(units, symbols)
    let width = symbols.columns
    let inverseNorms = (0..<count).map { symbol -> Float in
      let row = symbols.values + symbol * width
      return Float(1 / max(zk_dot(row, row, width).squareRoot(), 1e-30))
    }
    inverseNorms.withUnsafeBufferPointer { inverseNorms in
      for row in 0..<units.rows {
        body(Cosines(products: products.values + row * count, inverseNorms: inverseNorms))
      }
    }
  }

  private struct Cosines {
    let products: UnsafePointer<Float>
    let inverseNorms: UnsafeBufferPointer<Float>

    /// The first of those that are nearest.
    func nearest(among symbols: Range<Int>) -> (symbol: Int, cosine: Float) {
      var (best, most) = (symbols.lowerBound, -Float.infinity)
      for symbol in symbols {
        let cosine = products[symbol] * inverseNorms[symbol]
        if cosine > most { (best, most) = (symbol, cosine) }
      }
      return (best, most)
    }
  }
}
