/// The losses of a level (model §8), named as in metrics.
package enum LossName: String, Sendable, CaseIterable {
  case collapse
  case cleanExistence = "clean_existence"
  case maskedModelling = "masked_modelling"
  case cleanReconstruction = "clean_reconstruction"
  case cleanStitcherPosition = "clean_stitcher_position"
  case cleanStitcherSequence = "clean_stitcher_sequence"
  case dirtyExistence = "dirty_existence"
  case dirtyReconstruction = "dirty_reconstruction"
  case meanBoundary = "mean_boundary"
  case patch
  case shortSegment = "short_segment"
  case nullPosition = "null_position"
  case nullSequence = "null_sequence"
  case rate
  case lineStart = "line_start"
  case unitSymbols = "unit_symbols"
  case unitPrior = "unit_prior"
  case teacher
}
