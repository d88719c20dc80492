import ZonkeyEngine

extension Tape {
  /// Cross-entropy of each row over the vocabulary, logits 2·atanh(cos(v, E_c)) (model §8, level 0).
  ///
  /// Shapes: v [L, D], embedding [V, D], symbols [L]; result [L, 1] in nats. Conditional on the
  /// latents: not a bits-per-byte figure.
  package func symbolLoss(
    _ v: Tensor, embedding: Tensor, symbols: ContiguousArray<Int32>
  ) -> Tensor {
    cosineCrossEntropy(
      linear(sphere(v, radius: 1), sphere(embedding, radius: 1)), targets: symbols)
  }
}
