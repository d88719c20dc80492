import ZonkeyEngine
import ZonkeyKernels

extension Tape {
  /// -log softmax(2·atanh(cosines))[target] of each row. Shapes: cosines [L, K]; result [L, 1].
  package func cosineCrossEntropy(
    _ cosines: Tensor, targets: ContiguousArray<Int32>
  ) -> Tensor {
    precondition(targets.count == cosines.rows, "cosineCrossEntropy: a target for each row")
    let out = empty(cosines.rows, 1)
    targets.pointer {
      zk_cosine_cross_entropy_forward(
        cosines.values, $0, out.values, cosines.rows, cosines.columns)
    }
    record { tape in
      guard let dout = tape.gradient(out), let d = tape.gradient(cosines) else { return }
      targets.pointer {
        zk_cosine_cross_entropy_backward(
          cosines.values, $0, dout, d, cosines.rows, cosines.columns)
      }
    }
    return out
  }
}
