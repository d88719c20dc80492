/// The numbers that matrix products multiply when a model is used; training has `float32`.
public enum Arithmetic: String, CaseIterable, Sendable {
  /// Single precision.
  case float32
  /// 16-bit integers: rows of both sides are rounded to 1/2896 of their largest magnitude or finer,
  /// by blocks of 256 inputs, which are added in single precision.
  case int16
}
