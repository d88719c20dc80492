import ZonkeyPlatform
import ZonkeyCore

/// How much is said on standard error.
enum Verbosity: Int, Comparable {
  case quiet, normal, verbose

  static func < (left: Verbosity, right: Verbosity) -> Bool { left.rawValue < right.rawValue }
}

/// Everything that is said to the user beside the results: messages and the status line.
///
/// Errors are not printed here; a verb throws them, and `CommandRunner` prints them.
final class Console {
  let status: StatusLine
  /// What `--verbose` tells at the end.
  let times = PartTimes()
  private let verb: String
  private let verbosity: Verbosity
  private let emit: (String) -> Void

  /// A console for `zk VERB`; `verb` is the bare name, as in `split`.
  init(
    verb: String, verbosity: Verbosity, status: StatusLine,
    emit: @escaping (String) -> Void = StandardError.write
  ) {
    self.verb = verb
    self.verbosity = verbosity
    self.status = status
    self.emit = emit
  }

  /// Something that went wrong without ending the run; said even with `--quiet`.
  func warn(_ text: @autoclosure () -> String) { say(text, from: .quiet) }

  /// A closing line or another fact worth knowing; `--quiet` silences it.
  func note(_ text: @autoclosure () -> String) { say(text, from: .normal) }

  /// Detail for `--verbose`.
  func detail(_ text: @autoclosure () -> String) { say(text, from: .verbose) }

  private func say(_ text: () -> String, from level: Verbosity) {
    guard verbosity >= level else { return }
    status.erase()
    emit(TerminalText.message("zk \(verb): \(text())") + "\n")
  }
}

/// Standard error, unbuffered. Nobody can be told when it fails, so failures are ignored.
enum StandardError {
  /// Says something in a line; what it quotes can be anything, so control characters are shown.
  ///
  /// The parser's answers have `lines` of their own.
  static func say(_ text: String, hasLines: Bool = false) {
    write(TerminalText.message(text, hasLines: hasLines) + "\n")
  }

  /// Writes as it is what has been made for a terminal.
  static func write(_ text: String) {
    var text = text
    text.withUTF8 {
      try? DescriptorWriter(descriptor: 2, name: "standard error").writeAll(
        UnsafeRawBufferPointer($0))
    }
  }
}
