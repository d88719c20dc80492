import ZonkeyKernels

/// The numbers that matrix products multiply when a model is used; training has `float32`.
public enum Arithmetic: String, CaseIterable, Sendable {
  /// Single precision.
  case float32
  /// 8-bit integers: rows are rounded to 1/63 of their largest magnitude, those of weights to 1/127, by
  /// blocks of 256 inputs, which are added in single precision.
  case int8

  /// The fastest on this processor that leaves what a model is worth as it is.
  public static var fastest: Arithmetic { zk_has_integer_products() ? .int8 : .float32 }
}
