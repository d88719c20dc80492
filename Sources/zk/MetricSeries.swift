import ZonkeyPlatform

/// One figure of a run over its steps, in at most `limit` points.
///
/// When there are more, neighbours are averaged, so that memory and a drawing stay small however
/// long the run is.
struct MetricSeries {
  struct Point: Equatable {
    var step: Double
    var value: Double
  }

  static let limit = 600
  private(set) var points: [Point] = []
  /// How many values make one point, and those that wait to become one.
  private var each = 1
  private var waiting: [Point] = []

  mutating func add(step: Int, value: Double) {
    guard value.isFinite else { return }
    waiting.append(Point(step: Double(step), value: value))
    guard waiting.count == each else { return }
    points.append(Self.mean(waiting[...]))
    waiting.removeAll(keepingCapacity: true)
    if points.count == Self.limit {
      points = stride(from: 0, to: points.count, by: 2).map { Self.mean(points[$0..<$0 + 2]) }
      each *= 2
    }
  }

  private static func mean(_ points: ArraySlice<Point>) -> Point {
    let count = Double(max(1, points.count))
    return Point(
      step: points.reduce(0) { $0 + $1.step } / count,
      value: points.reduce(0) { $0 + $1.value } / count)
  }
}

/// A chart of some series over the same steps, as SVG.
struct MetricChart {
  struct Line {
    let name: String
    /// Which colour, from 0.
    let color: Int
    /// Single measurements, shown as dots on the line.
    let hasDots: Bool
    let points: [MetricSeries.Point]
  }

  let title: String
  let lines: [Line]

  private static let (width, height) = (420.0, 190.0)
  private static let (left, right, top, bottom) = (46.0, 10.0, 12.0, 22.0)

  var svg: String {
    let points = lines.flatMap(\.points)
    let steps = Self.range(points.map(\.step), share: 1)
    // A few wild values of the first steps must not flatten everything else.
    let values = Self.range(points.map(\.value), share: 0.98)
    func x(_ step: Double) -> Double {
      Self.left + (Self.width - Self.left - Self.right) * (step - steps.low) / steps.span
    }
    func y(_ value: Double) -> Double {
      let share = min(1.02, max(-0.02, (value - values.low) / values.span))
      return Self.height - Self.bottom - (Self.height - Self.top - Self.bottom) * share
    }
    let grid = [0.0, 0.5, 1].map { share in
      let value = values.low + values.span * share
      let place = Self.number(y(value))
      return """
        <line class="g" x1="\(Self.left)" x2="\(Self.width - Self.right)" y1="\(place)" \
        y2="\(place)"/><text x="\(Self.left - 6)" y="\(place)" text-anchor="end" dy=".3em">\
        \(Self.label(value, apart: values.span / 2))</text>
        """
    }
    let ends = [(steps.low, "start"), (steps.low + steps.span, "end")].map { step, anchor in
      """
      <text x="\(Self.number(x(step)))" y="\(Self.height - 6)" text-anchor="\(anchor)">\
      \(ProgressText.count(Int(exactly: step.rounded()) ?? 0))</text>
      """
    }
    let drawn = lines.map { line in
      let places = line.points.map { (Self.number(x($0.step)), Self.number(y($0.value))) }
      let path = places.map { "\($0.0),\($0.1)" }.joined(separator: " ")
      let dots =
        line.hasDots
        ? places.map { "<circle cx=\"\($0.0)\" cy=\"\($0.1)\" r=\"2.2\"/>" }.joined() : ""
      return "<g class=\"k\(line.color)\"><polyline points=\"\(path)\"/>\(dots)</g>"
    }
    return """
      <svg viewBox="0 0 \(Self.width) \(Self.height)" role="img" \
      aria-label="\(HTMLText.escaped(title))">\((grid + ends + drawn).joined())</svg>
      """
  }

  /// What lies between the lowest and the highest value but for the share of outliers.
  private static func range(_ values: [Double], share: Double) -> (low: Double, span: Double) {
    let sorted = values.sorted()
    guard let first = sorted.first else { return (0, 1) }
    let cut = Int(Double(sorted.count - 1) * (1 - share) / 2)
    let (low, high) = (share < 1 ? sorted[cut] : first, sorted[sorted.count - 1 - cut])
    return (low, max(high - low, max(abs(high), 1e-9) * 1e-3))
  }

  private static func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  /// A value beside the axis, with as many digits as tell it from a neighbour that far `apart`.
  static func label(_ value: Double, apart: Double) -> String {
    guard value.isFinite, apart > 0 else { return "" }
    let size = abs(value)
    let sign = value < 0 ? "-" : ""
    if size != 0 && (size < 0.001 || size >= 100_000) {
      var (mantissa, exponent) = (size, 0)
      while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
      while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
      return "\(sign)\((mantissa * 10).rounded() / 10)e\(exponent)"
    }
    var (decimals, scale) = (0, 1)
    while decimals < 6 && apart * Double(scale) < 1 {
      (decimals, scale) = (decimals + 1, scale * 10)
    }
    let units = Int(bounded: (size * Double(scale)).rounded())
    let whole = ProgressText.count(units / scale)
    let fraction = String(units % scale)
    let zeros = String(repeating: "0", count: max(0, decimals - fraction.count))
    return (units == 0 ? "" : sign) + (decimals == 0 ? whole : "\(whole).\(zeros)\(fraction)")
  }
}
