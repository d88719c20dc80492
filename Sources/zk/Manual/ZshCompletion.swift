/// Completion for zsh, by its own `_arguments`.
enum ZshCompletion {
  static func text(of root: CommandHelp) -> String {
    let verbs = root.verbs.map { verb in
      "    " + CompletionScript.quoted("\(verb.name):\(CompletionScript.summary(verb.abstract))")
    }
    let cases = root.verbs.map { verb in
      let specs = verb.arguments.flatMap(specifications).map { "        \($0)" }
      return """
            \(verb.name))
              _arguments -s -S \\
        \(specs.joined(separator: " \\\n"))
              ;;
        """
    }
    let options = root.arguments.flatMap(specifications).map { "    \($0)" }
    return """
      #compdef \(root.name)
      # zsh completion for \(root.name), made by "\(root.name) --generate-completion-script zsh"

      _\(root.name)_verbs() {
        local -a verbs=(
      \(verbs.joined(separator: "\n"))
          'help:Show help of a verb'
        )
        _describe -t verbs verb verbs
      }

      _\(root.name)() {
        local curcontext="$curcontext" state state_descr
        local -a line
        local -A opt_args
        _arguments -C -s -S \\
      \(options.joined(separator: " \\\n")) \\
          ':verb:_\(root.name)_verbs' \\
          '*:::argument:->rest' && return
        [[ $state == rest ]] || return 1
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:\(root.name)-$line[1]:"
        case $line[1] in
      \(cases.joined(separator: "\n"))
          help) _arguments ':verb:_\(root.name)_verbs' ;;
        esac
      }

      if [[ $funcstack[1] == _\(root.name) ]]; then
        _\(root.name) "$@"
      else
        compdef _\(root.name) \(root.name)
      fi

      """
  }

  /// What `_arguments` is told of an argument, a word for each of its names.
  private static func specifications(_ argument: CommandHelp.Argument) -> [String] {
    let action = action(argument.completion)
    if argument.kind == .positional {
      let many = argument.isRepeating ? "*" : ""
      return [CompletionScript.quoted("\(many):\(argument.valueName):\(action)")]
    }
    // A name excludes the others of the same option, unless it may come again.
    let others =
      argument.isRepeating ? "*" : "(\(argument.names.joined(separator: " ")))"
    let summary = escaped(CompletionScript.summary(argument.abstract))
    return argument.names.map { name in
      guard argument.kind == .option else {
        return CompletionScript.quoted("\(others)\(name)[\(summary)]")
      }
      let alone = argument.mayStandAlone
      let sign = name.hasPrefix("--") ? alone ? "=-" : "=" : "+"
      let value = "\(alone ? "::" : ":")\(escaped(argument.valueName)):\(action)"
      return CompletionScript.quoted("\(others)\(name)\(sign)[\(summary)]\(value)")
    }
  }

  private static func action(_ completion: CommandHelp.Argument.Completion) -> String {
    switch completion {
    case .nothing: " "
    case .values(let values): "(\(values.joined(separator: " ")))"
    case .files(let extensions) where extensions.isEmpty: "_files"
    // The qualifier keeps zsh from taking the brackets before it for one.
    case .files(let extensions): "_files -g \"*.(\(extensions.joined(separator: "|")))(-.)\""
    }
  }

  /// Text inside the brackets and between the colons of a specification.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      if "[]:\\".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
