import ArgumentParser
import ZonkeyCore

/// What a command says of itself: the one source of help, manual pages and completions.
///
/// It is read from the description that the argument parser gives of the whole program, so that no
/// option can be missing from a page or a completion.
struct CommandHelp {
  var name: String
  var abstract: String
  /// Paragraphs and titled blocks, as they stand in the code.
  var discussion: String
  var arguments: [Argument]
  var verbs: [CommandHelp]

  /// An option, a flag, or what stands without a name.
  struct Argument {
    enum Kind: String {
      case positional, option, flag
    }

    /// What can be completed as a value.
    enum Completion: Equatable {
      case nothing
      /// File names, of these extensions if there are any.
      case files([String])
      case values([String])
    }

    var kind: Kind
    /// Short names first, each with its dashes.
    var names: [String]
    var valueName: String
    var abstract: String
    var defaultValue: String?
    var completion: Completion
    var isRepeating: Bool
    var isOptional: Bool

    /// Whether the value may be left out, so that what follows is not one.
    var mayStandAlone: Bool {
      names.contains { CommandRunner.optionalValues[$0] != nil || $0 == "--resume" }
    }

    var shortNames: [String] { names.filter { !$0.hasPrefix("--") } }
    var longNames: [String] { names.filter { $0.hasPrefix("--") } }
  }

  /// The description of `root` and its verbs.
  init(of root: any ParsableCommand.Type) throws {
    do {
      _ = try root.parseAsRoot(["--experimental-dump-help"])
    } catch {
      let text = Array(root.fullMessage(for: error).utf8)
      if let command = try? JSONValue(parsing: text)["command"] {
        self.init(command, root: root)
        return
      }
    }
    throw ZonkeyError.badConfiguration(key: "help", reason: "the parser does not describe itself")
  }

  private init(_ command: JSONValue, root: (any ParsableCommand.Type)? = nil) {
    name = command["commandName"]?.stringValue ?? ""
    abstract = command["abstract"]?.stringValue ?? ""
    discussion = command["discussion"]?.stringValue ?? ""
    arguments = (command["arguments"]?.arrayValue ?? []).compactMap(Argument.init)
    verbs = (command["subcommands"]?.arrayValue ?? []).map { CommandHelp($0) }
      .filter { $0.name != "help" }
  }
}

extension CommandHelp.Argument {
  /// `nil` for what is hidden from help.
  fileprivate init?(_ argument: JSONValue) {
    guard argument["shouldDisplay"]?.boolValue != false,
      let kind = argument["kind"]?.stringValue.flatMap(Kind.init)
    else { return nil }
    self.kind = kind
    names = (argument["names"]?.arrayValue ?? []).compactMap { name in
      guard let text = name["name"]?.stringValue else { return nil }
      return name["kind"]?.stringValue == "short" ? "-\(text)" : "--\(text)"
    }
    names = names.filter { !$0.hasPrefix("--") } + names.filter { $0.hasPrefix("--") }
    valueName = argument["valueName"]?.stringValue ?? "value"
    abstract = argument["abstract"]?.stringValue ?? ""
    defaultValue = argument["defaultValue"]?.stringValue
    completion = Self.completion(argument["completionKind"])
    isRepeating = argument["isRepeating"]?.boolValue ?? false
    isOptional = argument["isOptional"]?.boolValue ?? true
  }

  private static func completion(_ kind: JSONValue?) -> Completion {
    if let values = kind?["list"]?["values"]?.arrayValue {
      return .values(values.compactMap(\.stringValue))
    }
    if let extensions = kind?["file"]?["extensions"]?.arrayValue {
      return .files(extensions.compactMap(\.stringValue))
    }
    return .nothing
  }
}

extension CommandHelp {
  /// A part of a discussion.
  enum Block: Equatable {
    case paragraph(String)
    /// Lines below a title: commands to paste, or names and what they mean.
    case titled(String, [String])
  }

  /// The discussion in its parts; titled are those whose first line ends with a colon and whose
  /// other lines are indented.
  var blocks: [Block] {
    discussion.split(separator: "\n\n").map { block in
      let lines = block.split(separator: "\n")
      guard lines.count > 1, let title = lines.first, title.hasSuffix(":"),
        lines.dropFirst().allSatisfy({ $0.hasPrefix("  ") })
      else { return .paragraph(lines.joined(separator: " ")) }
      return .titled(String(title.dropLast()), lines.dropFirst().map { String($0.dropFirst(2)) })
    }
  }
}
