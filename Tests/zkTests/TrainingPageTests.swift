import TestSupport
import Testing
import ZonkeyCore

@testable import zk

@Suite struct TrainingPageTests {
  /// What is probed at several noise levels has a chart for each level, and a line for each noise.
  @Test func probesAreToldApart() throws {
    let html = try withTemporaryFolder { folder in
      let page = TrainingPage(
        path: "\(folder)/run.html", title: "a<b", facts: [(name: "corpus", value: "x & y")])
      for step in 1...2 {
        page.add(step: ["levels": [["rate": 0.5], ["rate": 0.25]]], at: step)
        page.add(
          validation: [
            "probes": [
              ["exact": [0.9, 0.8, 0.7, 0.6, 0.5]], ["exact": [0.4, 0.3, 0.2, 0.1, 0.0]],
            ]
          ], at: step)
      }
      try page.write(progress: "Done.", isRunning: false)
      return String(decoding: try readBytes("\(folder)/run.html"), as: UTF8.self)
    }
    for level in 0...1 {
      #expect(html.contains("<figcaption>probes exact of level \(level) "))
      #expect(html.contains("— level \(level)</span>"))
    }
    for noise in LevelProbe.noiseLevels {
      #expect(html.ranges(of: "t = \(noise), validation").count == 2, "\(noise)")
    }
    #expect(html.contains("a&lt;b") && html.contains("x &amp; y") && !html.contains("a<b"))
  }
}
