import ZonkeyKernels
import ZonkeyPlatform

extension Tape {
  /// Row i is (1 - shares[i])·a + shares[i]·b of two learned rows [1, D]. Result [N, D].
  package func between(_ a: Tensor, _ b: Tensor, shares: [Float]) -> Tensor {
    let width = a.columns
    let out = empty(shares.count, width)
    for (row, share) in shares.enumerated() {
      let target = out.values + row * width
      for j in 0..<width { target[j] = (1 - share) * a.values[j] + share * b.values[j] }
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (da, db) = (tape.gradient(a), tape.gradient(b))
      for (row, share) in shares.enumerated() {
        if let da { zk_axpy(1 - share, dout + row * width, da, width) }
        if let db { zk_axpy(share, dout + row * width, db, width) }
      }
    }
    return out
  }

  /// The input of a parallel decompressor: [τ, c + τ, places] of every segment, packed.
  ///
  /// Shapes: latents [N, C·D], tau [N, D], places [S, D]; `read`, [N, S·D] or packed [P, D], is added
  /// to the places; offsets [N + 1] of the places that are wanted; result [P + N·(1 + C), D].
  package func decompressorRows(
    _ latents: Tensor, tau: Tensor, places: Tensor, read: Tensor?,
    offsets: ContiguousArray<Int32>
  ) -> Tensor {
    let width = places.columns
    let (segments, vectors) = (offsets.count - 1, latents.columns / width)
    let out = empty(Int(offsets[segments]) + segments * (1 + vectors), width)
    /// The first row of a segment in the result.
    func first(_ segment: Int) -> Int { Int(offsets[segment]) + segment * (1 + vectors) }
    func count(_ segment: Int) -> Int { Int(offsets[segment + 1] - offsets[segment]) }
    /// Where a segment's part begins in what was read.
    func part(_ segment: Int, of read: Tensor) -> Int {
      read.columns == width ? Int(offsets[segment]) * width : segment * read.columns
    }
    for segment in 0..<segments {
      let target = out.values + first(segment) * width
      let own = tau.values + segment * width
      target.update(from: own, count: width)
      (target + width).update(
        from: latents.values + segment * latents.columns, count: latents.columns)
      for vector in 1...vectors { Kernel.add(own, to: target + vector * width, count: width) }
      let body = target + (1 + vectors) * width
      body.update(from: places.values, count: count(segment) * width)
      if let read {
        Kernel.add(
          read.values + part(segment, of: read), to: body, count: count(segment) * width)
      }
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (dlatents, dtau) = (tape.gradient(latents), tape.gradient(tau))
      let (dplaces, dread) = (tape.gradient(places), read.flatMap { tape.gradient($0) })
      for segment in 0..<segments {
        let d = dout + first(segment) * width
        if let dtau {
          for row in 0...vectors {
            Kernel.add(d + row * width, to: dtau + segment * width, count: width)
          }
        }
        if let dlatents {
          Kernel.add(d + width, to: dlatents + segment * latents.columns, count: latents.columns)
        }
        let body = d + (1 + vectors) * width
        if let dplaces { Kernel.add(body, to: dplaces, count: count(segment) * width) }
        if let dread, let read {
          Kernel.add(body, to: dread + part(segment, of: read), count: count(segment) * width)
        }
      }
    }
    return out
  }

  /// The rows of each segment side by side, each as far as it exists; zeros where there is none.
  ///
  /// Shapes: x [P, D], existence [P, 1], packed by offsets [N + 1]; result [N, places·D].
  package func spread(
    _ x: Tensor, existence: Tensor, offsets: ContiguousArray<Int32>, places: Int
  ) -> Tensor {
    let (width, segments) = (x.columns, offsets.count - 1)
    let out = empty(segments, places * width)
    out.values.update(repeating: 0, count: out.count)
    /// The segment's rows, each with its place in the result.
    func eachRow(_ body: (_ row: Int, _ place: Int) -> Void) {
      for segment in 0..<segments {
        let first = Int(offsets[segment])
        for row in first..<min(Int(offsets[segment + 1]), first + places) {
          body(row, (segment * places + row - first) * width)
        }
      }
    }
    eachRow { row, place in
      zk_axpy(existence.values[row], x.values + row * width, out.values + place, width)
    }
    record { tape in
      guard let dout = tape.gradient(out) else { return }
      let (dx, de) = (tape.gradient(x), tape.gradient(existence))
      eachRow { row, place in
        if let dx { zk_axpy(existence.values[row], dout + place, dx + row * width, width) }
        if let de { de[row] += Float(zk_dot(dout + place, x.values + row * width, width)) }
      }
    }
    return out
  }

  /// x, of whose gradient only a share goes on.
  package func withGradient(_ x: Tensor, share: Float) -> Tensor {
    if share == 1 { return x }
    if share == 0 { return x.constant }
    let out = empty(x.rows, x.columns)
    out.values.update(from: x.values, count: x.count)
    record { tape in
      guard let dout = tape.gradient(out), let dx = tape.gradient(x) else { return }
      zk_axpy(share, dout, dx, x.count)
    }
    return out
  }

  /// Latents with noise of level t on the great circle between the two: at t = 0 the latent, at 1
  /// the noise; angles grow with t. Shapes: x [N, C·D], t [N], noise [N·C·D].
  package func noisyOnArc(_ x: Tensor, levels t: [Float], noise: ArraySlice<Float>) -> Tensor {
    let width = x.columns
    let offset = empty(x.rows, width).constant
    for (i, z) in noise.enumerated() { offset.values[i] = sin(t[i / width] * .pi / 2) * z }
    return normalized(scaleRows(x, by: t.map { cos($0 * .pi / 2) }, plus: offset))
  }
}
