import ZonkeyPlatform

/// When to show progress on standard error.
enum ProgressMode: String, CaseIterable {
  case auto, always, never
}

/// A line on standard error that is rewritten in place while the run goes on.
///
/// On a terminal it is redrawn at most ten times a second, cut to the width of the window, and
/// erased before anything else is printed. With `--progress always` and no terminal it becomes
/// one plain line a second.
final class StatusLine {
  /// How a line is put on the screen.
  struct Style: Equatable {
    /// Rewritten in place; otherwise every update is a line of its own.
    var isInPlace: Bool
    /// Dimmed; off with `NO_COLOR`.
    var isDim: Bool
    /// Whether the terminal knows escape sequences; without, erasing is done with spaces.
    var hasEscapes: Bool
  }

  private let style: Style?
  private let clock: () -> Double
  private let columns: () -> Int?
  private let emit: (String) -> Void
  private var lastUpdateSeconds = -Double.infinity
  private var shownWidth = 0

  /// A status line on standard error, shown or not as `mode` says.
  ///
  /// With `auto` it stays away when results go to a terminal too: the two would overwrite each
  /// other.
  convenience init(mode: ProgressMode, resultsOnTerminal: Bool = false) {
    let style = Self.style(
      mode: mode, isTerminal: Terminal.isTerminal(2), isDumb: Terminal.isDumb,
      allowsColor: Terminal.allowsColor(2), resultsOnTerminal: resultsOnTerminal)
    self.init(
      style: style, clock: { System.monotonicSeconds }, columns: { Terminal.columns(of: 2) },
      emit: StandardError.write)
  }

  /// The parts can be replaced for tests; a nil `style` shows nothing.
  init(
    style: Style?, clock: @escaping () -> Double, columns: @escaping () -> Int?,
    emit: @escaping (String) -> Void
  ) {
    self.style = style
    self.clock = clock
    self.columns = columns
    self.emit = emit
  }

  deinit {
    erase()
  }

  static func style(
    mode: ProgressMode, isTerminal: Bool, isDumb: Bool, allowsColor: Bool, resultsOnTerminal: Bool
  ) -> Style? {
    switch mode {
    case .never: return nil
    case .auto where !isTerminal || resultsOnTerminal: return nil
    case .auto, .always:
      return Style(isInPlace: isTerminal, isDim: allowsColor, hasEscapes: isTerminal && !isDumb)
    }
  }

  /// Whether updates are shown at all; a caller may skip the work of gathering figures.
  var isShown: Bool { style != nil }

  /// Shows `text` unless the last update is too recent; `text` is only made when it is shown.
  func update(_ text: @autoclosure () -> String) {
    guard let style else { return }
    let now = clock()
    guard now - lastUpdateSeconds >= (style.isInPlace ? 0.1 : 1) else { return }
    lastUpdateSeconds = now
    guard style.isInPlace else {
      emit(TerminalText.message(text()) + "\n")
      return
    }
    let line = TerminalText.fit(text(), columns: (columns() ?? 80) - 1)
    let shown = style.isDim ? "\u{1B}[2m\(line)\u{1B}[0m" : line
    emit(erasing(style) + shown)
    shownWidth = TerminalText.width(of: line)
  }

  /// Takes the line off the screen; the next update shows it again.
  func erase() {
    guard let style, shownWidth > 0 else { return }
    emit(erasing(style))
    shownWidth = 0
    lastUpdateSeconds = -Double.infinity
  }

  private func erasing(_ style: Style) -> String {
    if style.hasEscapes { return "\r\u{1B}[K" }
    return shownWidth == 0 ? "" : "\r" + String(repeating: " ", count: shownWidth) + "\r"
  }
}
