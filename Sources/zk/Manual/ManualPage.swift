/// A manual page in mdoc, the language of manual pages, made from what a command says of itself.
struct ManualPage {
  private let command: CommandHelp
  private let root: CommandHelp
  private var lines: [String] = []

  /// The page of `root` itself, or of one of its verbs.
  static func text(of command: CommandHelp, in root: CommandHelp) -> String {
    var page = ManualPage(command: command, root: root)
    page.write()
    return page.lines.joined(separator: "\n") + "\n"
  }

  private init(command: CommandHelp, root: CommandHelp) {
    self.command = command
    self.root = root
  }

  private var isRoot: Bool { command.name == root.name }

  private static func pageName(_ command: CommandHelp, _ root: CommandHelp) -> String {
    command.name == root.name ? root.name : "\(root.name)-\(command.name)"
  }

  private mutating func write() {
    let name = Self.pageName(command, root)
    lines = [
      ".\\\" Made by \"make docs\" from what the program says of itself; edit that.",
      ".Dd \(ManualText.date)", ".Dt \(name.uppercased()) 1", ".Os", ".Sh NAME", ".Nm \(name)",
      ".Nd \(ManualText.escaped(ManualText.title(command.abstract)))",
    ]
    synopsis()
    description()
    options()
    section("ENVIRONMENT", ManualText.environment(command, root: root))
    section("FILES", ManualText.files(command, root: root))
    section("EXIT STATUS", ExitStatus.table.map { (String($0.status.rawValue), $0.meaning) })
    examples()
    seeAlso()
  }

  private mutating func synopsis() {
    lines += [".Sh SYNOPSIS", ".Nm \(root.name)"]
    if isRoot {
      lines += [".Ar verb", ".Op Ar options", ".Op Ar file ..."]
      return
    }
    lines.append(".Cm \(command.name)")
    for argument in command.arguments where argument.kind != .positional && !argument.isOptional {
      lines.append(".\(term(argument, argument.longNames.first ?? ""))")
    }
    lines.append(".Op Ar options")
    for argument in command.arguments where argument.kind == .positional {
      let name = argument.valueName + (argument.isRepeating ? " ..." : "")
      lines.append(argument.isOptional ? ".Op Ar \(name)" : ".Ar \(name)")
    }
  }

  private mutating func description() {
    lines.append(".Sh DESCRIPTION")
    var isFirst = true
    for case .paragraph(let text) in command.blocks {
      if !isFirst { lines.append(".Pp") }
      isFirst = false
      sentences(text)
    }
    if isRoot {
      lines += [".Pp", "The verbs are:"]
      list(root.verbs.map { ($0.name, $0.abstract) }, macro: "Cm")
    }
    for case .titled(let title, let rows) in command.blocks where !Self.isElsewhere(title) {
      lines.append(".Sh \(title.uppercased())")
      list(ManualText.items(rows), macro: "Cm")
    }
  }

  /// The blocks that have sections of their own.
  private static func isElsewhere(_ title: String) -> Bool {
    title == "Example" || title == "Examples" || title == "Exit status"
  }

  private mutating func options() {
    guard !command.arguments.isEmpty else { return }
    lines += [".Sh OPTIONS", ".Bl -tag -width Ds"]
    for argument in command.arguments {
      if argument.kind == .positional {
        lines.append(".It Ar \(argument.valueName)")
      } else {
        let terms = argument.names.map { term(argument, $0) }
        lines.append(".It \(terms.joined(separator: " , "))")
      }
      sentences(argument.abstract + ManualText.values(of: argument))
    }
    lines.append(".El")
  }

  /// A name as mdoc writes it, with its value.
  private func term(_ argument: CommandHelp.Argument, _ name: String) -> String {
    let flag = "Fl \(ManualText.escaped(String(name.dropFirst())))"
    guard argument.kind == .option else { return flag }
    return "\(flag) Ar \(ManualText.escaped(argument.valueName))"
  }

  private mutating func section(_ title: String, _ items: [(name: String, text: String)]) {
    guard !items.isEmpty else { return }
    lines.append(".Sh \(title)")
    let macros = ["ENVIRONMENT": "Ev", "FILES": "Pa"]
    list(items, macro: macros[title] ?? "Li")
  }

  private mutating func list(_ items: [(name: String, text: String)], macro: String) {
    lines.append(".Bl -tag -width Ds")
    for item in items {
      lines.append(".It \(macro) \(ManualText.escaped(item.name))")
      sentences(item.text)
    }
    lines.append(".El")
  }

  private mutating func examples() {
    for case .titled(let title, let rows) in command.blocks
    where title == "Example" || title == "Examples" {
      lines += [".Sh EXAMPLES", ".Bd -literal"]
      lines += rows.map(ManualText.literal)
      lines.append(".Ed")
    }
  }

  private mutating func seeAlso() {
    let others = isRoot ? root.verbs : [root] + root.verbs
    let names =
      others.map { Self.pageName($0, root) }
      .filter { $0 != Self.pageName(command, root) } + ["jq", "zstd"]
    lines.append(".Sh SEE ALSO")
    for (index, name) in names.sorted().enumerated() {
      lines.append(".Xr \(name) 1\(index + 1 < names.count ? " ," : "")")
    }
  }

  /// Prose with a line for each sentence, as formatters of manual pages want it.
  private mutating func sentences(_ text: String) {
    lines += ManualText.sentences(text).map(ManualText.escaped)
  }
}
