import ZonkeyPlatform

/// A model of the next symbol by counts of n-grams: what splitters and texts are judged by.
///
/// Interpolated with Witten and Bell's weights from order 1 up; symbols are bytes or Unicode
/// scalars. Contexts are kept as 64-bit hashes: with ten million of them the chance of any collision
/// is below one in 300 000.
package struct NGramModel: Sendable {
  package let order: Int
  private var counts = CountTable()
  private var totals = CountTable()
  private var distinct = CountTable()

  /// Counts n-grams up to `order` symbols; a newline is put before every text.
  package init(order: Int) { self.order = order }

  package init(_ texts: some Sequence<[UInt32]>, order: Int) {
    self.order = order
    for text in texts { add(text) }
  }

  package mutating func add(_ text: [UInt32]) {
    let text = [newline] + text
    for i in text.indices.dropFirst() {
      var context = emptyContext
      for k in 0..<order where i >= k {
        if k > 0 { context = extended(context, by: text[i - k]) }
        totals.add(1, to: context)
        if counts.add(1, to: extended(context, by: text[i] | following)) == 1 {
          distinct.add(1, to: context)
        }
      }
    }
  }

  /// The probability of `symbol` behind `text[..<end]`, of which the last order - 1 count.
  package func probability(of symbol: UInt32, after text: [UInt32], end: Int) -> Double {
    var p = 1.0 / 1024
    var context = emptyContext
    for k in 0..<min(order, end + 1) {
      if k > 0 { context = extended(context, by: text[end - k]) }
      let total = totals[context]
      guard total > 0 else { break }
      let (n, u) = (Double(total), Double(distinct[context]))
      p = (Double(counts[extended(context, by: symbol | following)]) + u * p) / (n + u)
    }
    return p
  }

  /// -log₂ of the probability of every symbol of a text.
  package func surprisals(_ text: [UInt32]) -> [Double] {
    let text = [newline] + text
    return text.indices.dropFirst().map { i in
      -log2(probability(of: text[i], after: text, end: i))
    }
  }

  /// Bits a symbol over all texts.
  package func bits(_ texts: [[UInt32]]) -> Double {
    var (sum, count) = (0.0, 0)
    for text in texts {
      for bits in surprisals(text) { sum += bits }
      count += text.count
    }
    return sum / Double(max(1, count))
  }

  /// The entropy in bits of the byte behind `text[..<end]`, from the longest context that was seen
  /// `evidence` times; only for models of bytes.
  package func entropy(after text: [UInt32], end: Int, evidence: Int = 8) -> Double {
    var contexts = [emptyContext]
    for k in 1..<order where end >= k {
      contexts.append(extended(contexts[k - 1], by: text[end - k]))
    }
    let context = contexts.last { totals[$0] >= evidence } ?? emptyContext
    let total = Double(max(1, totals[context]))
    return (0..<256).reduce(0.0) { sum, byte in
      let count = counts[extended(context, by: UInt32(byte) | following)]
      guard count > 0 else { return sum }
      let p = Double(count) / total
      return sum - p * log2(p)
    }
  }

  /// The hash of the context that `entropy` uses: equal contexts have equal entropies.
  package func entropyContext(after text: [UInt32], end: Int, evidence: Int = 8) -> UInt64 {
    var (context, found) = (emptyContext, emptyContext)
    for k in 1..<order where end >= k {
      context = extended(context, by: text[end - k])
      if totals[context] >= evidence { found = context }
    }
    return found
  }

  private var newline: UInt32 { 10 }
  private var emptyContext: UInt64 { 0x2545_F491_4F6C_DD1D }
  /// Marks the symbol that follows a context: no scalar has this bit.
  private var following: UInt32 { 1 << 31 }

  private func extended(_ context: UInt64, by symbol: UInt32) -> UInt64 {
    var z = (context ^ UInt64(symbol)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 29)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 32)
  }
}

/// Counts by 64-bit keys that are hashes already: open addressing with linear probing.
private struct CountTable: Sendable {
  private var keys: [UInt64]
  private var values: [UInt32]
  private var used = 0

  init() {
    keys = [UInt64](repeating: 0, count: 1 << 12)
    values = [UInt32](repeating: 0, count: 1 << 12)
  }

  subscript(key: UInt64) -> Int { Int(values[slot(of: key)]) }

  /// Adds to a key's count; the new count.
  @discardableResult
  mutating func add(_ count: UInt32, to key: UInt64) -> UInt32 {
    var place = slot(of: key)
    if keys[place] == 0 {
      if used * 2 >= keys.count {
        grow()
        place = slot(of: key)
      }
      keys[place] = Self.stored(key)
      used += 1
    }
    values[place] &+= count
    return values[place]
  }

  private func slot(of key: UInt64) -> Int {
    let (key, mask) = (Self.stored(key), keys.count - 1)
    var place = Int(truncatingIfNeeded: key) & mask
    while keys[place] != 0 && keys[place] != key { place = (place + 1) & mask }
    return place
  }

  /// 0 marks a free slot.
  private static func stored(_ key: UInt64) -> UInt64 { key == 0 ? 1 : key }

  private mutating func grow() {
    let (oldKeys, oldValues) = (keys, values)
    keys = [UInt64](repeating: 0, count: oldKeys.count * 2)
    values = [UInt32](repeating: 0, count: oldKeys.count * 2)
    for (key, value) in zip(oldKeys, oldValues) where key != 0 {
      let place = slot(of: key)
      (keys[place], values[place]) = (key, value)
    }
  }
}
