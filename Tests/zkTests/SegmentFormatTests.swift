import Testing
import ZonkeyCore

@testable import zk

/// The renderers as pure functions, on segments made by hand.
@Suite struct SegmentFormatTests {
  private static let document = Document(id: "7", title: "T \"x\"", text: Array("abcdefghij".utf8))

  private func text(_ format: SegmentFormat, levels: Int = 3) -> String {
    let levels = nestedSegments(count: 10).prefix(levels)
    return String(
      decoding: format.bytes(of: Self.document, number: 3, levels: levels), as: UTF8.self)
  }

  @Test func documentsHaveTheAskedLevelOnTopAndTheOthersBelow() {
    #expect(
      text(SegmentFormat(kind: .documents)) == """
        {"doc":3,"id":"7","title":"T \\"x\\"","level":2,"text":"abcdefghij","starts":[0,8],\
        "p":[1.0,0.5],"below":[{"level":0,"starts":[0,2,4,6,8],"p":[1.0,0.5,0.5,0.5,0.5]},\
        {"level":1,"starts":[0,4,8],"p":[1.0,0.5,0.5]}]}

        """)
    #expect(
      text(SegmentFormat(kind: .documents), levels: 1) == """
        {"doc":3,"id":"7","title":"T \\"x\\"","level":0,"text":"abcdefghij",\
        "starts":[0,2,4,6,8],"p":[1.0,0.5,0.5,0.5,0.5]}

        """)
  }

  @Test func theLastLevelIsPrinted() {
    #expect(text(SegmentFormat(kind: .text)) == "abcdefgh|ij\n")
    #expect(text(SegmentFormat(kind: .text, separator: " ‖ "), levels: 2) == "abcd ‖ efgh ‖ ij\n")
    #expect(text(SegmentFormat(kind: .text, separator: "")) == "abcdefghij\n")
    #expect(text(SegmentFormat(kind: .offsets), levels: 2) == "0 4 8\n")
    #expect(
      text(SegmentFormat(kind: .jsonl)) == """
        {"doc":3,"id":"7","level":2,"start":0,"end":8,"text":"abcdefgh","p":1.0}
        {"doc":3,"id":"7","level":2,"start":8,"end":10,"text":"ij","p":0.5}

        """)
  }

  @Test(arguments: SegmentFormat.Kind.allCases) func emptyDocumentsAreRendered(
    kind: SegmentFormat.Kind
  ) {
    let empty = Document(text: [])
    for colored in [false, true] {
      let format = SegmentFormat(kind: kind, isColored: colored)
      let bytes = format.bytes(of: empty, number: 1, levels: [[], []])
      let expected: String
      switch kind {
      case .jsonl: expected = ""
      case .documents:
        expected = """
          {"doc":1,"level":1,"text":"","starts":[],"p":[],\
          "below":[{"level":0,"starts":[],"p":[]}]}

          """
      case .text, .offsets: expected = "\n"
      }
      #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }
  }

  @Test(arguments: [
    (Float(0), 0), (1, 100), (0.004, 0), (0.006, 1), (-1, 0), (7, 100), (.nan, 0), (.infinity, 0),
  ]) func percentIsWholeAndBounded(probability: Float, percent: Int) {
    #expect(segments(level: 0, [(0, probability)], end: 1)[0].percent == percent)
  }
}

@Suite struct SegmentColorsTests {
  private func paint(
    _ text: String, _ levels: [[Segment]], separator: String? = nil
  ) -> String {
    let bytes = SegmentColors(separator: separator)
      .bytes(of: Document(text: Array(text.utf8)), levels: levels)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func neighboursDifferAndStrengthIsTheProbability() {
    let painted = paint("abcd", [segments(level: 0, [(0, 1), (1, 0.3), (3, 0.1)], end: 4)])
    #expect(
      painted == """
        \u{1B}[38;5;16;48;5;111ma\u{1B}[0m\
        \u{1B}[38;5;16;48;5;229mbc\u{1B}[0m\
        \u{1B}[38;5;16;48;5;255md\u{1B}[0m

        """)
  }

  @Test func everyProbabilityHasAShade() {
    for hue in SegmentColors.shades.indices {
      let shades = (0...100).map { SegmentColors.shade(percent: $0, index: hue) }
      #expect(Set(shades) == Set(SegmentColors.shades[hue]))
      #expect(shades[19] != shades[20])
      #expect(shades[99] == shades[100])
    }
    #expect(Set(SegmentColors.shades.joined()).count == 10)
  }

  @Test func lowerLevelsAreUnderlinedAndBoldAboveTheLowest() {
    let painted = paint("abcdefgh", nestedSegments(count: 8))
    #expect(
      painted == """
        \u{1B}[38;5;16;48;5;111mab\u{1B}[4mc\u{1B}[24md\u{1B}[1;4me\u{1B}[22;24mf\
        \u{1B}[4mg\u{1B}[24mh\u{1B}[0m

        """)
  }

  @Test func separatorsStandBetweenColoursUnpainted() {
    let painted = paint("ab", [segments(level: 0, [(0, 1), (1, 1)], end: 2)], separator: "/")
    #expect(painted.contains("a\u{1B}[0m/\u{1B}[38"))
    #expect(unpainted(painted) == "a/b\n")
  }

  @Test func controlCharactersBecomePictures() {
    let text = "\0\u{1B}[2J\t\u{7F}\u{9B}\u{85}\u{A0}\r"
    let painted = paint(text, [segments(level: 0, [(0, 1)], end: text.utf8.count)])
    #expect(unpainted(painted) == "␀␛[2J␉␡<9B><85>\u{A0}␍\n")
    let lines = paint("a\nb", [segments(level: 0, [(0, 1)], end: 3)])
    #expect(unpainted(lines) == "a␊\nb\n")
    // The background ends before the line does, and comes back after it.
    #expect(lines.contains("\u{1B}[0m\n\u{1B}[38;5;16;48;5;111mb"))
  }

  /// Segments may start between a letter and its accent, and the underlined character spans both.
  @Test func startsInsideAMarkedCharacterAreHarmless() {
    let text = "xe\u{301}\u{302}y"
    let lower = segments(level: 0, [(0, 1), (1, 1), (2, 1), (4, 1)], end: 7)
    let painted = paint(text, [lower, segments(level: 1, [(0, 1)], end: 7)])
    #expect(painted.contains("\u{1B}[4me\u{301}\u{302}\u{1B}[24my"))
    #expect(Array(unpainted(painted).utf8) == Array((text + "\n").utf8))
    let accents = "a" + String(repeating: "\u{301}", count: 200)
    let end = accents.utf8.count
    let long = paint(
      accents + "b",
      [
        segments(level: 0, [(0, 1), (1, 1), (end, 1)], end: end + 1),
        segments(level: 1, [(0, 1)], end: end + 1),
      ])
    #expect(Array(unpainted(long).utf8) == Array((accents + "b\n").utf8))
  }

  @Test func modesDecide() {
    #expect(ColorMode.auto.isOn(isWelcome: true))
    #expect(!ColorMode.auto.isOn(isWelcome: false))
    #expect(ColorMode.always.isOn(isWelcome: false))
    #expect(!ColorMode.never.isOn(isWelcome: true))
  }
}

@Suite struct RunStatisticsTests {
  @Test func countsAndMeans() {
    var statistics = RunStatistics(levelCount: 2)
    statistics.add(textBytes: 10, segments: [4, 2])
    statistics.add(textBytes: 0, segments: [0, 0])
    statistics.add(textBytes: 5, segments: [1, 1])
    let row = statistics.json(
      skipped: ["too long": 2, "bad UTF-8": 1], inputBytes: 9, seconds: 1.23456)
    #expect(
      row == [
        "read": 6, "kept": 3, "skipped": ["bad UTF-8": 1, "too long": 2], "text_bytes": 15,
        "input_bytes": 9,
        "levels": [
          ["level": 0, "segments": 5, "mean_bytes": 3.0, "mean_units": 3.0],
          ["level": 1, "segments": 3, "mean_bytes": 5.0, "mean_units": 1.667],
        ], "seconds": 1.235,
      ])
  }

  @Test func nothingReadHasNoMeans() {
    let row = RunStatistics(levelCount: 1).json(skipped: [:], inputBytes: 0, seconds: 0)
    #expect(row["levels"]?.arrayValue?[0]["mean_bytes"] == .null)
    #expect(row["skipped"] == [:])
    let none = RunStatistics(levelCount: 0).json(skipped: [:], inputBytes: 0, seconds: 0)
    #expect(none["levels"] == nil)
  }
}
