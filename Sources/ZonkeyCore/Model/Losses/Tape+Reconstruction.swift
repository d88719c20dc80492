import ZonkeyKernels

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

  /// Columns `index[i·K ..< (i+1)·K]` of row i. Shapes: x [L, M], result [L, K].
  package func pick(_ x: Tensor, _ index: ContiguousArray<Int32>, each k: Int) -> Tensor {
    precondition(index.count == k * x.rows, "pick: K indices for each row")
    let out = empty(x.rows, k)
    for i in index.indices { out.values[i] = x.values[i / k * x.columns + Int(index[i])] }
    record { tape in
      guard let dout = tape.gradient(out), let dx = tape.gradient(x) else { return }
      for i in index.indices { dx[i / k * x.columns + Int(index[i])] += dout[i] }
    }
    return out
  }

  /// The columns of two matrices side by side. Shapes: [L, A] and [L, B]; result [L, A + B].
  package func besides(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(a.rows == b.rows, "besides: row counts differ")
    let (rows, m, n) = (a.rows, a.columns, b.columns)
    let out = empty(rows, m + n)
    for i in 0..<rows {
      (out.values + i * (m + n)).update(from: a.values + i * m, count: m)
      (out.values + i * (m + n) + m).update(from: b.values + i * n, count: n)
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (da, db) = (tape.gradient(a), tape.gradient(b))
      for i in 0..<rows {
        if let da { Kernel.add(dout + i * (m + n), to: da + i * m, count: m) }
        if let db { Kernel.add(dout + i * (m + n) + m, to: db + i * n, count: n) }
      }
    }
    return out
  }

  /// Σ weights·x / divisor . Shapes: x, weights [L, 1]; a scalar.
  package func weightedSum(_ x: Tensor, _ weights: Tensor, divisor: Float) -> Tensor {
    let out = empty(1, 1)
    out.values[0] = Float(zk_dot(x.values, weights.values, x.count)) / divisor
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let scale = dout[0] / divisor
      if let dx = tape.gradient(x) { zk_axpy(scale, weights.values, dx, x.count) }
      if let dweights = tape.gradient(weights) { zk_axpy(scale, x.values, dweights, x.count) }
    }
    return out
  }

  /// |mean cosine| between latents of different documents, before the absolute value (§8).
  ///
  /// Σ over pairs of different documents = |Σ f|² - Σ_documents |Σ f|², so the cost is linear.
  /// Shapes: latents [N, C·D]; a scalar, 0 when there is one document.
  package func collapse(_ latents: Tensor, documentOf: [Int]) -> Tensor {
    let unit = sphere(latents, radius: 1)
    let (n, width) = (unit.rows, unit.columns)
    let documents = (documentOf.max() ?? -1) + 1
    var sums = [Double](repeating: 0, count: documents * width)
    var sizes = [Double](repeating: 0, count: documents)
    for i in 0..<n {
      sizes[documentOf[i]] += 1
      for j in 0..<width { sums[documentOf[i] * width + j] += Double(unit.values[i * width + j]) }
    }
    var total = [Double](repeating: 0, count: width)
    var own = 0.0
    for d in 0..<documents {
      for j in 0..<width {
        total[j] += sums[d * width + j]
        own += sums[d * width + j] * sums[d * width + j]
      }
    }
    let pairs = Double(n * n) - sizes.reduce(0) { $0 + $1 * $1 }
    let out = empty(1, 1)
    out.values[0] = pairs > 0 ? Float((total.reduce(0) { $0 + $1 * $1 } - own) / pairs) : 0
    record { [sums, total] tape in
      guard let dout = tape.gradient(out), let d = tape.gradient(unit), pairs > 0 else { return }
      let scale = 2 * Double(dout[0]) / pairs
      for i in 0..<n {
        let base = documentOf[i] * width
        for j in 0..<width {
          d[i * width + j] += Float(scale * (total[j] - sums[base + j]))
        }
      }
    }
    return out
  }
}
