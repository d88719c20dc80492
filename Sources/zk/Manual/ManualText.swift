/// What manual pages say beside what each command says of itself, and how text stands in them.
enum ManualText {
  /// The day of the last release, so that the same code gives the same pages.
  static let date = "January 1, 2026"

  /// A command's summary as the name line of a page has it: no capital, no full stop.
  static func title(_ abstract: String) -> String {
    let text = abstract.hasSuffix(".") ? String(abstract.dropLast()) : abstract
    guard let first = text.first else { return text }
    return first.lowercased() + text.dropFirst()
  }

  /// The values and the default of an option, as help shows them after its text.
  static func values(of argument: CommandHelp.Argument) -> String {
    var parts: [String] = []
    if case .values(let values) = argument.completion {
      parts.append("values: \(values.joined(separator: ", "))")
    }
    if let value = argument.defaultValue { parts.append("default: \(value)") }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))"
  }

  /// Names and their meanings out of rows such as `name   meaning`; a row that is indented goes on
  /// with the meaning of the one before.
  static func items(_ rows: [String]) -> [(name: String, text: String)] {
    var items: [(name: String, text: String)] = []
    for row in rows {
      let words = row.split(separator: " ")
      if row.hasPrefix(" "), let last = items.indices.last {
        items[last].text += " " + words.joined(separator: " ")
      } else if let name = words.first {
        items.append((String(name), words.dropFirst().joined(separator: " ")))
      }
    }
    return items
  }

  /// The variables that a command looks at.
  static func environment(
    _ command: CommandHelp, root: CommandHelp
  ) -> [(name: String, text: String)] {
    let all: [(name: String, text: String, option: String)] = [
      (
        "NO_COLOR", "If set and not empty, nothing is painted unless --color asks for it.",
        "--color"
      ),
      ("TERM", "On a dumb terminal there is neither colour nor a progress line.", "--progress"),
      (
        "TMPDIR", "Where arrays wait that are written behind their sizes (default: /tmp).",
        "--precision"
      ),
      ("ZK_MODEL", "The checkpoint to use where --model names none.", "--model"),
      ("ZK_THREADS", "The number of threads where --threads names none.", "--threads"),
    ]
    return all.filter { has($0.option, command, root: root) }.map { ($0.name, $0.text) }
  }

  /// The files that a command knows without being told.
  static func files(
    _ command: CommandHelp, root: CommandHelp
  ) -> [(name: String, text: String)] {
    var files: [(name: String, text: String)] = []
    if has("--model", command, root: root) || command.name == "info" {
      files.append(
        (
          DefaultModel.relativePath,
          "The model that comes with the program, looked for in the folders above it: "
            + "PREFIX/share/zk/default.zk for PREFIX/bin/zk."
        ))
    }
    if has("--output", command, root: root) {
      files.append(
        (
          ".NAME.PID.tmp",
          "An output that is not complete, beside the file that it will become; it is left "
            + "behind only by a run that was killed, and can be removed."
        ))
    }
    return files
  }

  /// Whether a command has an option; the root has those of all verbs.
  private static func has(_ option: String, _ command: CommandHelp, root: CommandHelp) -> Bool {
    let commands = command.name == root.name ? root.verbs : [command]
    return commands.contains { $0.arguments.contains { $0.names.contains(option) } }
  }

  /// Text cut after each sentence: a full stop, then a space and a capital or a bracket.
  static func sentences(_ text: String) -> [String] {
    var sentences: [String] = []
    var current: [Substring] = []
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
    for (index, word) in words.enumerated() {
      current.append(word)
      let next = index + 1 < words.count ? words[index + 1].first : nil
      let goesOn = next.map { !word.hasSuffix(".") || !($0.isUppercase || $0 == "(") } ?? false
      if !goesOn {
        sentences.append(current.joined(separator: " "))
        current = []
      }
    }
    return sentences
  }

  /// Text without anything that a formatter would take for a command.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'": result += "\\(aq"
      case "`": result += "\\(ga"
      case "^": result += "\\(ha"
      case "~": result += "\\(ti"
      case "\"": result += "\\(dq"
      case _ where scalar.isASCII: result.unicodeScalars.append(scalar)
      default: result += "\\[u\(padded(String(scalar.value, radix: 16, uppercase: true)))]"
      }
    }
    return result.hasPrefix(".") ? "\\&" + result : result
  }

  /// A line of a display.
  static func literal(_ line: String) -> String { escaped(line) }

  private static func padded(_ digits: String) -> String {
    String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
