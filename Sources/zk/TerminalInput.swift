import ZonkeyCore

/// Standard input when a person types it.
enum TerminalInput {
  /// Says that the program waits, to a user who may believe that it hangs.
  ///
  /// `files` are the inputs as they were named, `what` is what is read from them.
  static func announce(_ files: [String], what: String, console: Console) {
    guard files.isEmpty || files.contains("-"), Terminal.isTerminal(0) else { return }
    console.note("reading \(what) from the terminal; Ctrl-D ends it, zk --help shows more")
  }
}
