import ArgumentParser

/// What the program answers about itself, before any verb is looked for.
enum SelfDescription {
  /// The text asked for; `nil` when the arguments ask for something else.
  ///
  /// Throws `ValidationError` for a shell or a page that there is not.
  static func answer(
    _ arguments: [String], root: any ParsableCommand.Type
  ) throws -> String? {
    switch arguments.first {
    case "--version", "--verbose", "-v":
      return Set(arguments).subtracting(["--verbose", "-v"]) == ["--version"]
        ? version(root, isLong: arguments.count > 1) : nil
    case "--generate-completion-script":
      guard let script = arguments.dropFirst().first.flatMap(CompletionScript.init) else {
        let names = CompletionScript.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("Name one of these shells: \(names).")
      }
      return script.text(of: try CommandHelp(of: root))
    case "--generate-manual":
      let help = try CommandHelp(of: root)
      let name = arguments.dropFirst().first ?? help.name
      guard let command = ([help] + help.verbs).first(where: { $0.name == name }) else {
        throw ValidationError(unknownVerb(name, root: root))
      }
      return ManualPage.text(of: command, in: help)
    default: return nil
    }
  }

  /// Throws `ValidationError` when the word in the place of a verb is none.
  static func checkVerb(_ arguments: [String], root: any ParsableCommand.Type) throws {
    let words = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
    let verbs = verbs(root)
    guard let word = words.first, !word.hasPrefix("-"), word != "help", !verbs.isEmpty,
      !verbs.contains(word)
    else { return }
    throw ValidationError(unknownVerb(word, root: root))
  }

  private static func verbs(_ root: any ParsableCommand.Type) -> [String] {
    root.configuration.subcommands.map { $0._commandName }
  }

  private static func version(_ root: any ParsableCommand.Type, isLong: Bool) -> String {
    let version = root.configuration.version
    return isLong ? BuildInformation.text(name: root._commandName, version: version) : version
  }

  /// Names the verb that was probably meant: one that a slip or two of the fingers makes of the
  /// word, or that the word begins.
  private static func unknownVerb(_ word: String, root: any ParsableCommand.Type) -> String {
    let verbs = verbs(root)
    let nearest = verbs.map { (verb: $0, slips: slips(word, $0)) }.min { $0.slips < $1.slips }
    let begun = word.count > 1 ? verbs.first { $0.hasPrefix(word) } : nil
    let shown = TerminalText.visible(word)
    if let verb = begun ?? nearest.flatMap({ $0.slips <= 2 && word.count > 2 ? $0.verb : nil }) {
      return "There is no verb '\(shown)'. Did you mean '\(verb)'?"
    }
    return "There is no verb '\(shown)'; there are \(verbs.joined(separator: ", "))."
  }

  /// The characters to insert, remove or replace that make one word of the other.
  private static func slips(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var last = Array(0...right.count)
    for (index, character) in left.enumerated() {
      var row = [index + 1]
      for (place, other) in right.enumerated() {
        let replaced = last[place] + (character == other ? 0 : 1)
        row.append(min(replaced, last[place + 1] + 1, row[place] + 1))
      }
      last = row
    }
    return last[right.count]
  }
}
