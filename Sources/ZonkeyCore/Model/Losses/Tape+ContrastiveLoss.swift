import ZonkeyEngine

extension Tape {
  /// Contrastive cross-entropy of each row against its true vector and drawn negatives (§8).
  ///
  /// Shapes: v [L, D]; targets [M, D] of length 1; row i's positive is targets[positives[i]], its
  /// negatives are targets[negatives[i·K ..< (i+1)·K]]; result [L, 1].
  package func contrastiveLoss(
    _ v: Tensor, unitTargets: Tensor, positives: ContiguousArray<Int32>,
    negatives: ContiguousArray<Int32>
  ) -> Tensor {
    let similarity = linear(sphere(v, radius: 1), unitTargets)
    let k = v.rows > 0 ? negatives.count / v.rows : 0
    let cosines = besides(
      pick(similarity, positives, each: 1), pick(similarity, negatives, each: k))
    return cosineCrossEntropy(cosines, targets: ContiguousArray(repeating: 0, count: v.rows))
  }
}
