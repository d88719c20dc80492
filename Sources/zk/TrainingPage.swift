import ZonkeyCore

/// A page about a training run for a browser: curves, the last validation, samples.
///
/// One file that needs neither network nor script, written anew at every save; while the run goes
/// on, the browser reads it again every half minute.
final class TrainingPage {
  private let path: String
  private let title: String
  private let facts: [(name: String, value: String)]
  /// Figures by their paths, in the order in which they first came.
  private var names: [String] = []
  private var steps: [String: MetricSeries] = [:]
  private var validations: [String: MetricSeries] = [:]
  private var samples: [TrainingSample] = []

  /// What grows with every step and says nothing as a curve.
  private static let counters: Set = ["step", "bytes", "elapsed_seconds"]

  /// `facts` stand at the top: what is trained, on what, with which settings.
  init(path: String, title: String, facts: [(name: String, value: String)]) {
    self.path = path
    self.title = title
    self.facts = facts
  }

  func add(step row: JSONObject, at step: Int) { add(row, at: step, to: \.steps) }

  func add(validation row: JSONObject, at step: Int) { add(row, at: step, to: \.validations) }

  /// The last eight samples are shown.
  func add(_ sample: TrainingSample) { samples = ([sample] + samples.prefix(7)) }

  private func add(
    _ row: JSONObject, at step: Int,
    to series: ReferenceWritableKeyPath<TrainingPage, [String: MetricSeries]>
  ) {
    for (path, value) in MetricPath.numbers(in: .object(row))
    where !Self.counters.contains(path) {
      if steps[path] == nil && validations[path] == nil { names.append(path) }
      self[keyPath: series][path, default: MetricSeries()].add(step: step, value: value)
    }
  }

  /// Writes the page beside its place and renames it.
  func write(progress: String, isRunning: Bool) throws {
    let output = try PageFrame.output(path: path)
    try output.complete { try output.write(html(progress: progress, isRunning: isRunning)) }
  }

  // MARK: Charts

  /// Figures of the same name at several levels share a chart; what was measured at several noise
  /// levels has one for each level.
  private var charts: [MetricChart] {
    var groups: [String] = []
    var members: [String: [String]] = [:]
    for name in names {
      let parts = name.split(separator: "/").map(String.init)
      let indices = Self.indices(name)
      let group =
        parts.filter { Int($0) == nil }.joined(separator: " ")
        .replacing("levels ", with: "").replacing("_", with: " ")
        + (indices.count > 1 ? " of level \(indices[0])" : "")
      if members[group] == nil { groups.append(group) }
      members[group, default: []].append(name)
    }
    return groups.compactMap { group in
      let lines = (members[group] ?? []).flatMap(lines)
      guard lines.contains(where: { $0.points.count > 1 }) else { return nil }
      return MetricChart(title: group, lines: lines)
    }
  }

  private func lines(_ name: String) -> [MetricChart.Line] {
    let indices = Self.indices(name)
    let index = indices.last
    let level = index.map { indices.count > 1 ? Self.noiseLevel($0) : "level \($0)" }
    var lines: [MetricChart.Line] = []
    if let series = steps[name], !series.points.isEmpty {
      lines.append(
        MetricChart.Line(
          name: level ?? "training", color: index ?? 0, hasDots: false, points: series.points))
    }
    if let series = validations[name], !series.points.isEmpty {
      lines.append(
        MetricChart.Line(
          name: (level.map { "\($0), " } ?? "") + "validation", color: index ?? 0, hasDots: true,
          points: series.points))
    }
    return lines
  }

  /// The numbers in a path: of a level, and of a noise level in what is probed.
  private static func indices(_ name: String) -> [Int] {
    name.split(separator: "/").compactMap { Int($0) }
  }

  private static func noiseLevel(_ index: Int) -> String {
    let levels = LevelProbe.noiseLevels
    return levels.indices.contains(index) ? "t = \(levels[index])" : "\(index)"
  }

  private func figure(_ chart: MetricChart) -> String {
    let keys = chart.lines.map {
      "<span class=\"k\($0.color)\">\($0.hasDots ? "●" : "—") \(HTMLText.escaped($0.name))</span>"
    }
    return """
      <figure><figcaption>\(HTMLText.escaped(chart.title)) \
      <small>\(keys.joined(separator: " "))</small></figcaption>\(chart.svg)</figure>

      """
  }

  // MARK: The page

  private func html(progress: String, isRunning: Bool) -> String {
    let name = HTMLText.escaped(title)
    let rows = facts.map {
      "<tr><th scope=\"row\">\(HTMLText.escaped($0.name))</th>"
        + "<td>\(HTMLText.escaped($0.value))</td></tr>"
    }
    let head = PageFrame.head(
      title: title, subject: "training", css: Self.css, refreshSeconds: isRunning ? 30 : nil)
    return """
      \(head)<header>
      <h1>\(name)</h1>
      <p>\(HTMLText.escaped(progress))</p>
      <table>\(rows.joined())</table>
      </header>
      <main>
      <h2>Curves</h2>
      <div class="charts">
      \(charts.map(figure).joined())</div>
      <h2>Samples</h2>
      \(samples.map(\.html).joined())</main>
      </body>
      </html>

      """
  }

  private static let css = """
    :root{color-scheme:light dark;--paper:#fcfaf5;--ink:#211d18;--soft:#6b6358;--rule:#ded7ca;
    --k0:#be3e22;--k1:#1c528a;--k2:#346c2c;--k3:#7a3c86;--k4:#8a6410}
    @media(prefers-color-scheme:dark){:root{--paper:#181613;--ink:#e8e2d6;--soft:#a39a8b;\
    --rule:#3a352e;--k0:#f07854;--k1:#78b0ec;--k2:#8cc678;--k3:#ce96da;--k4:#d8b050}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:76rem;padding:0 1.25rem 4rem;background:var(--paper);\
    color:var(--ink);font:1rem/1.5 \(PageFrame.serif)}
    h1{margin:2.5rem 0 .3rem;font-size:1.9rem;font-weight:400;overflow-wrap:anywhere}
    h2{margin:2rem 0 .6rem;font-size:1.2rem;font-weight:400;font-style:italic}
    header p{margin:0 0 1rem;color:var(--soft);font-style:italic}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
    th{font-weight:400;font-style:italic;text-align:left;color:var(--soft);white-space:nowrap}
    td,th{padding:.1rem 1.2rem .1rem 0;vertical-align:baseline}
    td{overflow-wrap:anywhere}
    .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(22rem,100%),1fr));\
    gap:1.2rem}
    figure{margin:0;min-width:0}
    figcaption{font-size:.9rem}
    figcaption small{color:var(--soft)}
    svg{display:block;width:100%;height:auto}
    svg text{font-size:10px;fill:var(--soft);font-variant-numeric:tabular-nums}
    .g{stroke:var(--rule);stroke-width:1}
    polyline{fill:none;stroke:currentColor;stroke-width:1.4;stroke-linejoin:round}
    circle{fill:currentColor}
    .k0{color:var(--k0)}.k1{color:var(--k1)}.k2{color:var(--k2)}.k3{color:var(--k3)}.k4,.k5{color:var(--k4)}
    dl{margin:0 0 1.2rem;padding:.4rem 0;border-top:1px solid var(--rule)}
    dt{font-size:.8rem;color:var(--soft)}
    dd{margin:0 0 .3rem;overflow-wrap:anywhere;white-space:pre-wrap}

    """
}
