import ZonkeyEngine
import ZonkeyPlatform

/// The draws of one training step, a function of seed and step.
package struct RandomDraws: DrawSource {
  private let source: RandomSource
  private let step: UInt64

  package init(source: RandomSource, step: Int) {
    self.source = source
    self.step = UInt64(step)
  }

  private func key(_ draw: Draw, _ level: Int) -> UInt64 {
    source.key(step, UInt64(level), draw.rawValue)
  }

  package func uniform(_ draw: Draw, level: Int, count: Int) -> [Float] {
    source.uniform(key(draw, level), count: count)
  }

  package func normal(_ draw: Draw, level: Int, count: Int) -> [Float] {
    source.normal(key(draw, level), count: count)
  }

  /// Beta(1, 3) by inversion: 1 - (1 - u)^(1/3).
  package func beta(_ draw: Draw, level: Int, count: Int) -> [Float] {
    uniform(draw, level: level, count: count).map { 1 - cbrt(1 - $0) }
  }

  package func places(
    _ draw: Draw, level: Int, weights: [Float], rows: Int, each: Int,
    avoiding: ContiguousArray<Int32>
  ) -> ContiguousArray<Int32> {
    let table = AliasTable(weights)
    let u = uniform(draw, level: level, count: rows * each)
    var places = ContiguousArray<Int32>(repeating: 0, count: rows * each)
    for i in places.indices {
      let place = table.place(u[i])
      // A positive drawn as its own negative would punish being right: take its neighbour.
      let own = avoiding[i / each]
      places[i] = place == own ? (place + 1 < Int32(weights.count) ? place + 1 : 0) : place
    }
    return places
  }
}

/// Draws places in proportion to weights in constant time each (Walker's alias method).
package struct AliasTable {
  private var threshold: [Float]
  private var alias: [Int32]

  package init(_ weights: [Float]) {
    let n = weights.count
    threshold = [Float](repeating: 1, count: n)
    alias = (0..<n).map { Int32($0) }
    let sum = weights.reduce(0.0) { $0 + Double($1) }
    guard sum > 0, sum.isFinite else { return }
    var scaled = weights.map { Double($0) * Double(n) / sum }
    var small = scaled.indices.filter { scaled[$0] < 1 }
    var large = scaled.indices.filter { scaled[$0] >= 1 }
    while let low = small.last, let high = large.last {
      small.removeLast()
      threshold[low] = Float(scaled[low])
      alias[low] = Int32(high)
      scaled[high] -= 1 - scaled[low]
      if scaled[high] < 1 {
        large.removeLast()
        small.append(high)
      }
    }
  }

  /// The place for a uniform number in [0, 1).
  package func place(_ u: Float) -> Int32 {
    let position = Double(u) * Double(threshold.count)
    let slot = min(Int(position), threshold.count - 1)
    guard slot >= 0 else { return 0 }
    return Float(position - Double(slot)) < threshold[slot] ? Int32(slot) : alias[slot]
  }
}
