import ArgumentParser
import ZonkeyPlatform
import ZonkeyCore

/// Parses the arguments, runs the verb and turns whatever happens into an exit status.
enum CommandRunner {
  /// Options that may stand alone or carry `=VALUE`, and the value they mean alone.
  ///
  /// The parser would take the next argument as their value: `--zstd FILE` must not eat FILE.
  static let optionalValues = [
    "--zstd": "--zstd=\(OutputOptions.defaultLevel)", "--color": "--color=always",
  ]

  static func run(_ root: any ParsableCommand.Type, arguments: [String]) -> ExitStatus {
    // The parser's dynamic casts search the whole program: a quarter of the time of this answer.
    if arguments == ["--version"] {
      return printed(root.configuration.version, verb: root._commandName, root: root)
    }
    var verb = verbNamed(in: arguments, of: root)
    do {
      if let answer = try SelfDescription.answer(arguments, root: root) {
        return printed(answer, verb: verb, root: root)
      }
      try SelfDescription.checkVerb(arguments, root: root)
      var command = try root.parseAsRoot(expandingOptionalValues(in: arguments))
      verb = verbName(of: type(of: command), root: root)
      try command.run()
      return .done
    } catch {
      return report(error, verb: verb, root: root)
    }
  }

  static func expandingOptionalValues(in arguments: [String]) -> [String] {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    return arguments[..<end].indices.map { place in
      let argument = arguments[place]
      // Its verb has no other arguments: what follows can only be its value.
      if argument == "--resume" && (place + 1 == end || arguments[place + 1].hasPrefix("-")) {
        return "--resume=-"
      }
      return optionalValues[argument] ?? argument
    } + arguments[end...]
  }

  /// Says what went wrong on standard error, or prints help on standard output.
  private static func report(
    _ error: any Error, verb: String, root: any ParsableCommand.Type
  ) -> ExitStatus {
    switch error {
    case let status as ExitStatus: return status
    case is BrokenPipe: return .done
    case let interruption as Interruption: return .ended(by: interruption.signal)
    case let code as ExitCode: return ExitStatus(rawValue: code.rawValue)
    case let error as ZonkeyError:
      StandardError.say("\(verb): \(error)\(error.advice)")
      return ExitStatus(error)
    default: return reportParserError(error, verb: verb, root: root)
    }
  }

  private static func reportParserError(
    _ error: any Error, verb: String, root: any ParsableCommand.Type
  ) -> ExitStatus {
    switch root.exitCode(for: error) {
    case .success: return printed(root.fullMessage(for: error), verb: verb, root: root)
    case .validationFailure:
      StandardError.say("\(verb): \(root.message(for: error))", hasLines: true)
      StandardError.say("Try '\(verb) --help'.")
      return .usage
    default:
      StandardError.say("\(verb): internal error: \(error)")
      return .internalError
    }
  }

  /// Prints help or the version; a full disk behind standard output is an error here too.
  private static func printed(
    _ text: String, verb: String, root: any ParsableCommand.Type
  ) -> ExitStatus {
    let output = StandardOutput()
    do {
      try output.write(text.hasSuffix("\n") ? text : text + "\n")
      try output.finish()
      return .done
    } catch {
      return report(error, verb: verb, root: root)
    }
  }

  /// The name to put before messages when parsing did not get as far as a command.
  private static func verbNamed(
    in arguments: [String], of root: any ParsableCommand.Type
  ) -> String {
    for argument in arguments.prefix(while: { $0 != "--" }) {
      if let verb = root.configuration.subcommands.first(where: { $0._commandName == argument }) {
        return verbName(of: verb, root: root)
      }
    }
    return root._commandName
  }

  private static func verbName(
    of command: any ParsableCommand.Type, root: any ParsableCommand.Type
  ) -> String {
    command == root ? root._commandName : "\(root._commandName) \(command._commandName)"
  }
}

/// The one place that ends the process.
enum ProcessExit {
  static func exit(_ status: ExitStatus) -> Never {
    TemporaryFiles.removeAll()
    ZonkeyPlatform.exit(status.rawValue)
  }
}
