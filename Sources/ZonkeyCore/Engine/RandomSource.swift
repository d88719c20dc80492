import ZonkeyKernels

/// Random numbers as a pure function of a seed and a counter.
///
/// No state to save: a run resumed at step n draws what the unbroken run drew there, and chunks may
/// draw their parts in any order. SplitMix64 in the kernels mixes key and counter.
package struct RandomSource: Sendable {
  package let seed: UInt64

  package init(seed: UInt64) { self.seed = seed }

  /// The key of a stream: independent streams for different words.
  package func key(_ words: UInt64...) -> UInt64 {
    var state = mixed(seed &+ 0x9E37_79B9_7F4A_7C15)
    for word in words { state = mixed(state ^ mixed(word &+ 0x632B_E59B_D9B4_E019)) }
    return state
  }

  /// `count` uniform numbers in [0, 1) of a stream, from its `first` one on.
  package func uniform(_ key: UInt64, from first: Int = 0, count: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      if let base = buffer.baseAddress { zk_uniform(key, UInt64(first), base, count) }
      filled = count
    }
  }

  /// `count` standard normal numbers of a stream.
  package func normal(_ key: UInt64, count: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      if let base = buffer.baseAddress { zk_normal(key, 0, base, count) }
      filled = count
    }
  }

  /// A whole number in 0 ..< bound, by multiplication; the bias is below bound / 2⁶⁴.
  package func index(_ key: UInt64, below bound: Int) -> Int {
    Int(mixed(key).multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }
}

/// SplitMix64's finaliser.
private func mixed(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}
