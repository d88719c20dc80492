import ZonkeyPlatform

/// What the terminal behind a file descriptor can do.
enum Terminal {
  static func isTerminal(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1
  }

  /// The width in columns, or nil when there is no terminal or it does not tell.
  static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Whether colour is welcome: a terminal, not a dumb one, and no `NO_COLOR`.
  static func allowsColor(_ descriptor: Int32) -> Bool {
    isTerminal(descriptor) && !isDumb && (System.environment("NO_COLOR") ?? "").isEmpty
  }

  /// True when the terminal knows no escape sequences.
  static var isDumb: Bool {
    (System.environment("TERM") ?? "dumb") == "dumb"
  }
}
