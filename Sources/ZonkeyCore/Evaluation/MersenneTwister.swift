/// MT19937 with the draws of Python's `random.Random(seed)` (Matsumoto and Nishimura, 1998).
///
/// The shuffled controls of the generation judge are drawn by it, so that judges written in Python
/// and this one shuffle alike and their figures can be compared to the last digit.
package struct MersenneTwister {
  private static let size = 624
  private static let middle = 397
  private var state: [UInt32]
  private var place = size

  /// Starts from a seed of 32 bits, as an array of one word.
  package init(seed: UInt32) {
    var state = [UInt32](repeating: 0, count: Self.size)
    state[0] = 19_650_218
    for i in 1..<Self.size { state[i] = Self.mixed(state, i, 1_812_433_253) &+ UInt32(i) }
    var i = 1
    for _ in 0..<Self.size {
      state[i] = (state[i] ^ Self.step(state, i, 1_664_525)) &+ seed
      i += 1
      if i == Self.size { (state[0], i) = (state[Self.size - 1], 1) }
    }
    for _ in 1..<Self.size {
      state[i] = (state[i] ^ Self.step(state, i, 1_566_083_941)) &- UInt32(i)
      i += 1
      if i == Self.size { (state[0], i) = (state[Self.size - 1], 1) }
    }
    state[0] = 0x8000_0000
    self.state = state
  }

  private static func mixed(_ state: [UInt32], _ i: Int, _ factor: UInt32) -> UInt32 {
    factor &* (state[i - 1] ^ (state[i - 1] >> 30))
  }

  private static func step(_ state: [UInt32], _ i: Int, _ factor: UInt32) -> UInt32 {
    (state[i - 1] ^ (state[i - 1] >> 30)) &* factor
  }

  /// The next 32 bits.
  package mutating func next() -> UInt32 {
    if place == Self.size { renew() }
    var y = state[place]
    place += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9D2C_5680
    y ^= (y << 15) & 0xEFC6_0000
    return y ^ (y >> 18)
  }

  private mutating func renew() {
    for i in 0..<Self.size {
      let y = (state[i] & 0x8000_0000) | (state[(i + 1) % Self.size] & 0x7FFF_FFFF)
      state[i] = state[(i + Self.middle) % Self.size] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    place = 0
  }

  /// Uniform in [0, 1) with 53 bits.
  package mutating func uniform() -> Double {
    let (a, b) = (next() >> 5, next() >> 6)
    return (Double(a) * 67_108_864 + Double(b)) / 9_007_199_254_740_992
  }

  /// A whole number in 0 ..< bound, by rejection; `bound` is at least 1 and below 2³².
  package mutating func index(below bound: Int) -> Int {
    let bits = UInt32(Int.bitWidth - bound.leadingZeroBitCount)
    while true {
      let value = Int(next() >> (32 - bits))
      if value < bound { return value }
    }
  }

  /// Shuffles from the end to the beginning.
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    for i in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(i, index(below: i + 1))
    }
  }

  /// One of the elements, in proportion to whole weights.
  package mutating func choice<Element>(_ elements: [(element: Element, weight: Int)]) -> Element? {
    let total = Double(elements.reduce(0) { $0 + $1.weight })
    let drawn = uniform() * total
    var sum = 0
    for (element, weight) in elements {
      sum += weight
      if drawn < Double(sum) { return element }
    }
    return elements.last?.element
  }
}
