/// Completion for fish.
enum FishCompletion {
  static func text(of root: CommandHelp) -> String {
    let name = root.name
    var lines = [
      "# fish completion for \(name), made by \"\(name) --generate-completion-script fish\"",
      "",
      "# Whether the verb is $argv[1]; without an argument, whether there is none yet.",
      "function __\(name)_verb",
      "    set -l words (commandline -opc)",
      "    test \"$words[2]\" = \"$argv[1]\"",
      "end",
      "",
      "# Whether a file can stand here: after verb $argv[1], where no option has been begun.",
      "function __\(name)_file",
      "    __\(name)_verb $argv[1]; and not string match -q -- '-*' (commandline -ct)",
      "end",
      "",
      "complete -c \(name) -f",
    ]
    let none = "complete -c \(name) -n __\(name)_verb"
    for verb in root.verbs {
      lines.append("\(none) -a \(verb.name) -d \(quoted(verb.abstract))")
    }
    lines.append("\(none) -a help -d 'Show help of a verb'")
    lines += root.arguments.map { "\(none)\(specification($0))" }
    let verbs = root.verbs.map(\.name).joined(separator: " ")
    lines.append("complete -c \(name) -n '__\(name)_verb help' -a '\(verbs)'")
    for verb in root.verbs {
      lines.append("")
      let condition = "complete -c \(name) -n '__\(name)_verb \(verb.name)'"
      if BashCompletion.readsFiles(verb) {
        lines.append("complete -c \(name) -n '__\(name)_file \(verb.name)' -F")
      }
      for argument in verb.arguments where argument.kind != .positional {
        lines.append("\(condition)\(specification(argument))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func specification(_ argument: CommandHelp.Argument) -> String {
    var text = ""
    for name in argument.shortNames { text += " -s \(name.dropFirst())" }
    for name in argument.longNames { text += " -l \(name.dropFirst(2))" }
    if argument.kind == .option {
      // A value that may be left out must be joined to the name.
      let isNeeded = !argument.mayStandAlone
      switch argument.completion {
      case .nothing: text += isNeeded ? " -x" : ""
      case .values(let values):
        text += "\(isNeeded ? " -x" : " -f") -a '\(values.joined(separator: " "))'"
      case .files(let extensions) where extensions.isEmpty: text += isNeeded ? " -r -F" : ""
      case .files(let extensions):
        let suffixes = extensions.map { "(__fish_complete_suffix .\($0))" }
        text += "\(isNeeded ? " -x" : "") -a \"\(suffixes.joined(separator: " "))\""
      }
    }
    return text + " -d \(quoted(argument.abstract))"
  }

  private static func quoted(_ abstract: String) -> String {
    CompletionScript.quoted(CompletionScript.summary(abstract), quote: "\\'")
  }
}
