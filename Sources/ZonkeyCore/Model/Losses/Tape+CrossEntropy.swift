import ZonkeyEngine
import ZonkeyPlatform

extension Tape {
  /// -log softmax(scale·x)[target] of each row. Shapes: x [L, K]; result [L, 1].
  package func crossEntropy(
    _ x: Tensor, scale: Float, targets: ContiguousArray<Int32>
  ) -> Tensor {
    precondition(targets.count == x.rows, "crossEntropy: a target for each row")
    let out = empty(x.rows, 1)
    for row in 0..<x.rows {
      let own = UnsafeBufferPointer(start: x.values + row * x.columns, count: x.columns)
      let greatest = own.max() ?? 0
      let sum = own.reduce(Float(0)) { $0 + exp(scale * ($1 - greatest)) }
      out.values[row] = log(sum) + scale * (greatest - own[Int(targets[row])])
    }
    record { tape in
      guard let dout = tape.gradient(out), let d = tape.gradient(x) else { return }
      for row in 0..<x.rows {
        let own = x.values + row * x.columns
        let target = Int(targets[row])
        let logSum = out.values[row] + scale * own[target]
        for column in 0..<x.columns {
          d[row * x.columns + column] += scale * dout[row] * exp(scale * own[column] - logSum)
        }
        d[row * x.columns + target] -= scale * dout[row]
      }
    }
    return out
  }
}
