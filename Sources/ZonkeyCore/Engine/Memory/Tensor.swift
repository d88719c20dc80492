/// A view of a row-major float matrix that lives in a tape's memory.
///
/// A value type of a pointer and a shape: copying it copies no data and counts no references. It is
/// valid until its tape is reset. Vectors are matrices of one column or one row; a stack of vectors
/// per segment is a matrix with one row per vector, since rows are contiguous.
package struct Tensor: @unchecked Sendable {
  package let values: UnsafeMutablePointer<Float>
  package let rows: Int
  package let columns: Int
  /// The memory block of its tape, by which the gradient is found; negative for constants.
  package let block: Int

  package var count: Int { rows * columns }

  package init(
    values: UnsafeMutablePointer<Float>, rows: Int, columns: Int, block: Int
  ) {
    self.values = values
    self.rows = rows
    self.columns = columns
    self.block = block
  }

  /// The rows in `range`, sharing values and gradient.
  package func rows(_ range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "row range outside the tensor")
    return Tensor(
      values: values + range.lowerBound * columns, rows: range.count, columns: columns,
      block: block)
  }

  /// Some columns of a tensor of one row, sharing values and gradient.
  package func columns(_ range: Range<Int>) -> Tensor {
    precondition(
      rows == 1 && range.lowerBound >= 0 && range.upperBound <= columns,
      "column range outside the tensor")
    return Tensor(values: values + range.lowerBound, rows: 1, columns: range.count, block: block)
  }

  /// The same floats as a matrix of another width; the count must not change.
  package func reshaped(columns newColumns: Int) -> Tensor {
    precondition(newColumns > 0 && count % newColumns == 0, "shape does not fit")
    return Tensor(values: values, rows: count / newColumns, columns: newColumns, block: block)
  }

  /// The same values without a gradient.
  package var constant: Tensor {
    Tensor(values: values, rows: rows, columns: columns, block: -1)
  }

  /// A copy of the values, for results that outlive the tape.
  package var array: [Float] { Array(UnsafeBufferPointer(start: values, count: count)) }

  /// The only value of a one-element tensor.
  package var scalar: Float {
    precondition(count == 1, "not a scalar")
    return values[0]
  }
}
