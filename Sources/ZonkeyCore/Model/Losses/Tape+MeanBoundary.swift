import ZonkeyEngine

extension Tape {
  /// The mean of p over genuine positions but the first (model §3, mean BOS).
  package func meanBoundary(_ p: Tensor, documents: [DocumentExtent]) -> Tensor {
    var (sum, count) = (0.0, 0)
    for document in documents where document.real > 1 {
      for i in 1..<document.real { sum += Double(p.values[document.offset + i]) }
      count += document.real - 1
    }
    let out = empty(1, 1)
    let divisor = Double(max(1, count))
    out.values[0] = Float(sum / divisor)
    record { tape in
      guard let dout = tape.gradient(out), let dp = tape.gradient(p) else { return }
      let d = dout[0] / Float(divisor)
      for document in documents where document.real > 1 {
        for i in 1..<document.real { dp[document.offset + i] += d }
      }
    }
    return out
  }
}
