/// Completion for a shell, made from what the program says of itself.
enum CompletionScript: String, CaseIterable {
  case bash, zsh, fish

  func text(of root: CommandHelp) -> String {
    switch self {
    case .bash: BashCompletion.text(of: root)
    case .zsh: ZshCompletion.text(of: root)
    case .fish: FishCompletion.text(of: root)
    }
  }

  /// What a list of completions says of an option: its first sentence, without the full stop.
  static func summary(_ abstract: String) -> String {
    let sentence = ManualText.sentences(abstract).first ?? ""
    let end = sentence.firstRange(of: " (")?.lowerBound ?? sentence.endIndex
    let text = sentence[..<end]
    return String(text.hasSuffix(".") ? text.dropLast() : text)
  }

  /// A word between single quotes; a quote inside is written as each of the shells reads it.
  static func quoted(_ text: String, quote: String = "'\\''") -> String {
    "'" + text.replacing("'", with: quote) + "'"
  }
}

/// Completion for bash, from version 4.
///
/// It needs no other package. Where bash cuts words at `=`, as it does unless told otherwise,
/// `--name=value` comes as three words.
enum BashCompletion {
  static func text(of root: CommandHelp) -> String {
    let verbs = root.verbs.map(\.name).joined(separator: " ")
    let names = root.verbs.map { verb in
      let names = verb.arguments.flatMap(\.names).filter { $0.hasPrefix("--") }
      return "    \(verb.name)) names='\(names.joined(separator: " "))' ;;"
    }
    let rootNames = root.arguments.flatMap(\.names).filter { $0.hasPrefix("--") }
    return """
      # bash completion for \(root.name), made by "\(root.name) --generate-completion-script bash"

      # Sets `names` to the options of verb $1.
      _\(root.name)_names() {
        case $1 in
      \(names.joined(separator: "\n"))
          '') names='\(rootNames.joined(separator: " "))' ;;
        esac
      }

      # Sets `kind` and `words` to what option $2 of verb $1 takes; kind is empty for a flag, and
      # alone says that the value may be left out.
      _\(root.name)_value() {
        case "$1 $2" in
      \(root.verbs.flatMap(values).joined(separator: "\n"))
        esac
      }

      # Sets `files` to 1 if verb $1 reads the files that are named.
      _\(root.name)_files() {
        case $1 in
          \(root.verbs.filter(readsFiles).map(\.name).joined(separator: "|"))) files=1 ;;
        esac
      }

      _\(root.name)() {
        local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
        local verb='' option='' prefix='' joined='' names='' kind='' words='' alone='' files='' word
        local -i place
        COMPREPLY=()
        for ((place = 1; place < COMP_CWORD; place++)); do
          word=${COMP_WORDS[place]}
          [[ $word == -* ]] && continue
          verb=$word
          break
        done
        if [[ $cur == --*=* ]]; then
          option=${cur%%=*} prefix=${cur%%=*}= joined=1 cur=${cur#*=}
        elif [[ $cur == = ]]; then
          option=$before joined=1 cur=''
        elif [[ $before == = ]]; then
          option=${COMP_WORDS[COMP_CWORD - 2]} joined=1
        elif [[ $before == -* ]]; then
          option=$before
        fi
        [[ -n $option ]] && _\(root.name)_value "$verb" "$option"
        if [[ -n $kind && ( -n $joined || -z $alone ) ]]; then
          case $kind in
            words) mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$words" -- "$cur") ;;
            files)
              compopt -o filenames
              mapfile -t COMPREPLY < <(
                [[ -z $words ]] && compgen -P "$prefix" -f -- "$cur"
                for word in $words; do compgen -P "$prefix" -f -X "!*.$word" -- "$cur"; done
                [[ -n $words ]] && compgen -P "$prefix" -d -- "$cur"
              )
              ;;
          esac
        elif [[ $cur == -* ]]; then
          _\(root.name)_names "$verb"
          mapfile -t COMPREPLY < <(compgen -W "$names" -- "$cur")
        elif [[ -z $verb || $verb == help ]]; then
          mapfile -t COMPREPLY < <(compgen -W "\(verbs) help" -- "$cur")
        else
          _\(root.name)_files "$verb"
          [[ -n $files ]] && compopt -o default
        fi
      }

      complete -F _\(root.name) \(root.name)

      """
  }

  static func readsFiles(_ verb: CommandHelp) -> Bool {
    verb.arguments.contains { argument in
      guard argument.kind == .positional, case .files = argument.completion else { return false }
      return true
    }
  }

  private static func values(of verb: CommandHelp) -> [String] {
    verb.arguments.filter { $0.kind == .option }.map { argument in
      let patterns = argument.names.map { "'\(verb.name) \($0)'" }.joined(separator: "|")
      let alone = argument.mayStandAlone ? " alone=1" : ""
      switch argument.completion {
      case .nothing: return "    \(patterns)) kind=none\(alone) ;;"
      case .values(let values):
        return "    \(patterns)) kind=words words='\(values.joined(separator: " "))'\(alone) ;;"
      case .files(let extensions):
        return "    \(patterns)) kind=files words='\(extensions.joined(separator: " "))'\(alone) ;;"
      }
    }
  }
}
