import ZonkeyKernels

/// Rows that enter linear maps through a LayerNorm, or as they are.
///
/// Normalised rows are computed again wherever they are needed: that takes less time than keeping
/// them takes memory, and no gradient of theirs is ever stored.
struct NormalisedInput {
  let x: Tensor
  fileprivate let norm: (gain: Tensor, bias: Tensor)?
  fileprivate let (mean, rstd): (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)

  var rows: Int { x.rows }
  var width: Int { x.columns }

  /// Floats of scratch that so many rows of the input, or their gradient, take.
  func scratchCount(rows: Int) -> Int { norm == nil ? 0 : rows * width }
}

extension Tape {
  /// x through `norm`, where there is one.
  func input(_ x: Tensor, through norm: LayerNorm?) -> NormalisedInput {
    let statistics = floats(norm == nil ? 0 : 2 * x.rows)
    return NormalisedInput(
      x: x, norm: norm.map { (use($0.gain), use($0.bias)) }, mean: statistics,
      rstd: statistics + (norm == nil ? 0 : x.rows))
  }

  /// The input's rows in `range`, in `buffer` where they have to be computed.
  func values(
    of input: NormalisedInput, _ range: Range<Int>, in buffer: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let source = UnsafePointer(input.x.values + range.lowerBound * input.width)
    guard let norm = input.norm else { return source }
    zk_layernorm_forward(
      source, norm.gain.values, norm.bias.values, buffer, input.mean + range.lowerBound,
      input.rstd + range.lowerBound, range.count, input.width)
    return UnsafePointer(buffer)
  }

  /// Takes the gradient of an input back to x: `products` puts it into rows, which are those of
  /// `buffer`, or x's own; then it adds to what these have already, `before`.
  func backward(
    to input: NormalisedInput, in buffer: UnsafeMutablePointer<Float>,
    _ products: (_ drows: UnsafeMutablePointer<Float>, _ before: UnsafePointer<Float>?) -> Void
  ) {
    let dx = gradient(input.x)
    guard input.norm != nil else {
      if let dx { products(dx, dx) }
      return
    }
    products(buffer, nil)
    addNormGradient(of: input, 0..<input.rows, buffer, into: dx)
  }

  /// Adds the gradient of an input's rows, of which that after the norm is given.
  func addNormGradient(
    of input: NormalisedInput, _ range: Range<Int>, _ dnormed: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?
  ) {
    guard let norm = input.norm else { preconditionFailure("an input without a norm") }
    let at = range.lowerBound
    zk_layernorm_backward(
      input.x.values + at * input.width, norm.gain.values, input.mean + at, input.rstd + at,
      dnormed, dx, gradient(norm.gain), gradient(norm.bias), range.count, input.width)
  }
}
