import TestSupport
import Testing

@testable import zk

@Suite struct StatusLineTests {
  /// A terminal of which the time and the width are set by hand.
  final class FakeTerminal {
    var seconds = 0.0
    var columns: Int? = 20
    var output = ""

    func line(_ style: StatusLine.Style?) -> StatusLine {
      StatusLine(
        style: style, clock: { self.seconds }, columns: { self.columns },
        emit: { self.output += $0 })
    }

    func take() -> String {
      defer { output = "" }
      return output
    }
  }

  static let terminal = StatusLine.Style(isInPlace: true, isDim: false, hasEscapes: true)
  static let erase = "\r\u{1B}[K"

  @Test func updatesAreAtMostTenASecond() {
    let fake = FakeTerminal()
    let line = fake.line(Self.terminal)
    for tick in 0..<1000 {
      fake.seconds = Double(tick) / 1000
      line.update("x")
    }
    #expect(fake.output.filter { $0 == "x" }.count <= 10)
    #expect(fake.output.filter { $0 == "x" }.count >= 9)
  }

  @Test func textIsNotMadeWhenItIsNotShown() {
    let fake = FakeTerminal()
    var count = 0
    func text() -> String {
      count += 1
      return "x"
    }
    let hidden = fake.line(nil)
    hidden.update(text())
    #expect(count == 0 && fake.output.isEmpty && !hidden.isShown)
    let shown = fake.line(Self.terminal)
    shown.update(text())
    shown.update(text())
    #expect(count == 1)
  }

  @Test func lineIsErasedOnce() {
    let fake = FakeTerminal()
    let line = fake.line(Self.terminal)
    line.erase()
    #expect(fake.take().isEmpty)
    line.update("step 1")
    #expect(fake.take() == Self.erase + "step 1")
    line.erase()
    #expect(fake.take() == Self.erase)
    line.erase()
    #expect(fake.take().isEmpty)
    line.update("step 2")
    #expect(fake.take() == Self.erase + "step 2")
  }

  @Test func lineIsErasedWhenItGoesAway() {
    let fake = FakeTerminal()
    fake.line(Self.terminal).update("gone")
    #expect(fake.output == Self.erase + "gone" + Self.erase)
  }

  @Test func dumbTerminalIsErasedWithSpaces() {
    let fake = FakeTerminal()
    let line = fake.line(.init(isInPlace: true, isDim: false, hasEscapes: false))
    line.update("abc")
    line.erase()
    #expect(fake.output == "abc\r   \r")
  }

  @Test func colourOnlyWhenAllowed() {
    let fake = FakeTerminal()
    let line = fake.line(.init(isInPlace: true, isDim: true, hasEscapes: true))
    line.update("abc")
    #expect(fake.take() == Self.erase + "\u{1B}[2mabc\u{1B}[0m")
  }

  @Test func withoutTerminalOneLineASecond() {
    let fake = FakeTerminal()
    let line = fake.line(.init(isInPlace: false, isDim: false, hasEscapes: false))
    for tick in 0..<25 {
      fake.seconds = Double(tick) / 10
      line.update("step \(tick)")
    }
    line.erase()
    #expect(fake.output == "step 0\nstep 10\nstep 20\n")
  }

  @Test func widthIsThatOfTheWindow() {
    let fake = FakeTerminal()
    fake.columns = 8
    let line = fake.line(Self.terminal)
    line.update("0123456789")
    #expect(fake.take() == Self.erase + "012345…")
  }

  @Test func modesDecideWhetherItIsShown() {
    func style(_ mode: ProgressMode, terminal: Bool, shared: Bool = false) -> StatusLine.Style? {
      StatusLine.style(
        mode: mode, isTerminal: terminal, isDumb: false, allowsColor: terminal,
        resultsOnTerminal: shared)
    }
    #expect(style(.auto, terminal: false) == nil)
    #expect(style(.auto, terminal: true, shared: true) == nil)
    #expect(style(.never, terminal: true) == nil)
    #expect(style(.auto, terminal: true)?.isInPlace == true)
    #expect(style(.always, terminal: true, shared: true)?.isInPlace == true)
    #expect(style(.always, terminal: false)?.isInPlace == false)
  }
}

@Suite struct ConsoleTests {
  private func said(at verbosity: Verbosity) -> String {
    let fake = StatusLineTests.FakeTerminal()
    let console = Console(
      verb: "split", verbosity: verbosity, status: fake.line(nil), emit: { fake.output += $0 })
    console.warn("w")
    console.note("n")
    console.detail("d")
    return fake.output
  }

  @Test func verbosityDecidesWhatIsSaid() {
    #expect(said(at: .quiet) == "zk split: w\n")
    #expect(said(at: .normal) == "zk split: w\nzk split: n\n")
    #expect(said(at: .verbose) == "zk split: w\nzk split: n\nzk split: d\n")
  }

  @Test func messagesDoNotMixWithTheStatusLine() {
    let fake = StatusLineTests.FakeTerminal()
    let console = Console(
      verb: "train", verbosity: .normal, status: fake.line(StatusLineTests.terminal),
      emit: { fake.output += $0 })
    console.status.update("step 1")
    console.note("saved")
    let erase = StatusLineTests.erase
    #expect(fake.output == erase + "step 1" + erase + "zk train: saved\n")
  }
}

@Suite struct TerminalTextTests {
  @Test(arguments: [
    ("", 0, ""), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("abcd", 1, "…"), ("abcd", 0, ""),
    ("abcd", -5, ""), ("漢字漢字", 8, "漢字漢字"), ("漢字漢字", 7, "漢字漢…"), ("漢字漢字", 6, "漢字…"),
    ("e\u{301}e\u{301}", 2, "e\u{301}e\u{301}"), ("a\u{1B}[2Jb\n", 12, "a\\x1B[2Jb\\n"),
  ])
  func fits(text: String, columns: Int, expected: String) {
    #expect(TerminalText.fit(text, columns: columns) == expected)
    #expect(TerminalText.width(of: expected) <= max(columns, 0))
  }
}

@Suite struct ProgressTextTests {
  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345, "12.3 kB"), (999_999, "1.0 MB"),
    (123_456_789, "123 MB"), (-1, "0 B"), (Int.max, "9.2 EB"),
  ])
  func bytes(count: Int, text: String) {
    #expect(ProgressText.bytes(count) == text)
  }

  @Test(arguments: [
    (0.0, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"),
    (12_000, "3 h 20 min"), (180_000, "2 d 2 h"), (.infinity, "?"), (.nan, "?"), (-1, "?"),
  ])
  func duration(seconds: Double, text: String) {
    #expect(ProgressText.duration(seconds: seconds) == text)
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1000, "1 000"), (-1_234_567, "-1 234 567")])
  func count(value: Int, text: String) {
    #expect(ProgressText.count(value) == text)
  }

  @Test func lineWithAndWithoutKnownSize() {
    let known = ProgressText.line(
      documentCount: 1200, textBytes: 4_000_000, readBytes: 250, totalBytes: 1000,
      elapsedSeconds: 10)
    #expect(known == "1 200 documents · 4.0 MB · 400 kB/s · 25 % · 30 s left")
    let unknown = ProgressText.line(
      documentCount: 1, textBytes: 10, readBytes: 10, totalBytes: nil, elapsedSeconds: 1)
    #expect(unknown == "1 documents · 10 B · 10 B/s")
    let early = ProgressText.line(
      documentCount: 0, textBytes: 0, readBytes: 0, totalBytes: 5, elapsedSeconds: 0)
    #expect(early == "0 documents · 0 B")
  }
}
