import TestSupport
import Testing
import ZonkeyCore

/// The manual and the completions in the package are those of the program, and they are right.
@Suite struct DocumentationTests {
  private static let package = #filePath.split(separator: "/").dropLast(3)
    .reduce("") { "\($0)/\($1)" }

  private static let pages = [
    "zk", "zk-decode", "zk-encode", "zk-eval", "zk-export", "zk-extract", "zk-generate", "zk-info",
    "zk-split", "zk-train",
  ]

  /// Where a tool is not installed, what it would check is left to machines that have it.
  private static func has(_ tool: String) -> Bool {
    (try? runShell("command -v \(tool)").status) == 0
  }

  @Test(arguments: [("bash", "zk.bash"), ("zsh", "_zk"), ("fish", "zk.fish")])
  func completionsAreCurrent(shell: String, file: String) throws {
    let result = try runZk(["--generate-completion-script", shell])
    #expect(result.status == 0)
    let committed = try readBytes("\(Self.package)/completions/\(file)")
    let isCurrent = result.outputBytes == committed
    #expect(isCurrent, "\(file) is old; run make docs")
  }

  /// The rooms and their arrows in CONTRIBUTING are those of the manifest.
  @Test func roomsAreThoseOfTheManifest() throws {
    func text(_ file: String) throws -> String {
      String(decoding: try readBytes("\(Self.package)/\(file)"), as: UTF8.self)
    }
    let manifest = try text("Package.swift").split { $0.isWhitespace }.joined()
    var arrows: [String: Set<String>] = [:]
    for room in manifest.matches(of: /room\("(\w+)",\[([^\]]*)\]\)/) {
      let names = room.2.matches(of: /"Zonkey(\w+)"/).map { String($0.1) }
      arrows[String(room.1)] = Set(names).subtracting(["Kernels"])
    }
    var written: [String: Set<String>] = ["Platform": []]
    for arrow in try text("CONTRIBUTING.md").matches(of: /\n(\w+) → ([\w, ]+)/) {
      written[String(arrow.1)] = Set(arrow.2.split(separator: ", ").map(String.init))
    }
    #expect(arrows.count > 5)
    #expect(written == arrows)
  }

  /// The whole help of the program and of every verb, as users see it.
  @Test(arguments: pages) func helpIsCurrent(page: String) throws {
    let verb = page == "zk" ? [] : [String(page.dropFirst(3))]
    let result = try runZk(verb + ["--help"], environment: ["COLUMNS": "80"])
    #expect(result.status == 0)
    let expected = try readBytes("\(Self.package)/Tests/Fixtures/help/\(page).txt")
    let isCurrent = result.outputBytes == expected
    #expect(isCurrent, "\(page).txt is old; run make docs")
  }

  @Test(arguments: pages) func manualPagesAreCurrent(page: String) throws {
    let verb = page == "zk" ? "zk" : String(page.dropFirst(3))
    let result = try runZk(["--generate-manual", verb])
    #expect(result.status == 0)
    let committed = try readBytes("\(Self.package)/man/\(page).1")
    let isCurrent = result.outputBytes == committed
    #expect(isCurrent, "\(page).1 is old; run make docs")
  }

  /// No page is missing, and none is left over.
  @Test func everyVerbHasAPage() throws {
    let help = try JSONValue(parsing: runZk(["--experimental-dump-help"]).stdout)
    let verbs = try #require(help["command"]?["subcommands"]?.arrayValue)
      .compactMap { $0["commandName"]?.stringValue }.filter { $0 != "help" }
    #expect(Set(verbs.map { "zk-\($0)" } + ["zk"]) == Set(Self.pages))
    let files = try runShell("ls '\(Self.package)/man'").stdout.split(separator: "\n")
    #expect(Set(files.map(String.init)) == Set(Self.pages.map { "\($0).1" }))
  }

  @Test(.enabled(if: has("mandoc"))) func mandocFindsNothing() throws {
    let result = try runShell("mandoc -T lint -W warning '\(Self.package)'/man/*.1")
    #expect(result.status == 0 && result.stdout.isEmpty, "\(result.stdout)")
  }

  /// `lexgrog` reads names as `mandb` does for `apropos` and `whatis`.
  @Test(.enabled(if: has("lexgrog")), arguments: pages) func namesAreFound(page: String) throws {
    let result = try runShell("lexgrog '\(Self.package)/man/\(page).1'")
    #expect(result.status == 0)
    #expect(result.stdout.contains(": \"\(page) - "), "\(result.stdout)")
  }

  /// Options, defaults and statuses stand in the page as help has them.
  @Test func thePageSaysWhatHelpSays() throws {
    let page = try runZk(["--generate-manual", "split"]).stdout
    #expect(page.contains(".It Fl m Ar file , Fl \\-model Ar file"))
    #expect(page.contains("(values: auto, always, never; default: auto)"))
    #expect(page.contains(".It Li 65\nBad data"))
    #expect(page.contains(".It Ev ZK_MODEL"))
    #expect(page.contains(".Xr zk-encode 1 ,"))
  }

  /// Bash's answers, where it cuts words at `=` and where it does not.
  @Test(
    arguments: [
      ("zk s", "split "), ("zk help enc", "encode "), ("zk split --format=t", "text "),
      ("zk split --color=a", "auto always "), ("zk train --preset ", "tiny small base paper "),
      ("zk split --color ", ""), ("zk decode --nu", "--null "), ("zk split --model a", "a.zk "),
    ]) func bashCompletes(line: String, answer: String) throws
  {
    for isCut in [true, false] {
      let words = isCut ? "line=${line//=/ = }" : ":"
      let script = """
        cd "$1" && : >a.zk && : >a.txt && source '\(Self.package)/completions/zk.bash'
        compopt() { :; }
        line=$2; \(words)
        read -ra COMP_WORDS <<<"$line"
        case $line in *' ') COMP_WORDS+=('') ;; esac
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _zk
        [ ${#COMPREPLY[@]} -eq 0 ] || printf '%s ' "${COMPREPLY[@]##*=}"
        """
      try withTemporaryFolder { folder in
        try writeBytes(Array(script.utf8), to: "\(folder)/script")
        let result = try runShell("bash '\(folder)/script' '\(folder)' '\(line)'")
        #expect(result.stdout == answer, "\(line), cut: \(isCut): \(result.stderr)")
      }
    }
  }

  @Test(
    .enabled(if: has("fish")),
    arguments: [
      ("zk s", ["split"]), ("zk help enc", ["encode"]),
      ("zk split --format=t", ["--format=text"]),
      ("zk split --color=a", ["--color=always", "--color=auto"]),
      ("zk train --preset ", ["base", "paper", "small", "tiny"]),
    ]) func fishCompletes(line: String, answers: [String]) throws
  {
    let result = try runShell(
      "fish --no-config -c \"source '\(Self.package)/completions/zk.fish'; complete -C '\(line)'\"")
    let words = result.stdout.split(separator: "\n").compactMap { $0.split(separator: "\t").first }
    #expect(words.map(String.init) == answers, "\(result.stderr)")
  }

  /// Every example of the manual as it stands there, but for how long training takes and how much is
  /// generated.
  @Test(arguments: pages) func examplesRun(page: String) throws {
    let text = try runZk(["--generate-manual", page == "zk" ? "zk" : String(page.dropFirst(3))])
      .stdout
    let lines = try #require(text.firstRange(of: ".Bd -literal\n").map { text[$0.upperBound...] })
      .split(separator: "\n").prefix { $0 != ".Ed" }.map { plain(String($0)) }
    #expect(!lines.isEmpty)
    try withTemporaryFolder { folder in
      let fixtures = "\(Self.package)/Tests/Fixtures"
      let model = try NanoModel.path()
      let setUp = try runShell(
        """
        set -e; mkdir '\(folder)/given'; cd '\(folder)/given'; cp '\(model)' run.zk
        head -n 5 '\(fixtures)/demo-lines.txt' >notes.txt
        bzip2 -c '\(fixtures)/demo-wiki.xml' >dump.xml.bz2
        zk extract dump.xml.bz2 -o articles.jsonl.zst
        zk extract notes.txt -o valid.jsonl
        """)
      try #require(setUp.status == 0, "\(setUp.stderr)")
      for line in lines where !line.contains("| jq") || Self.has("jq") {
        let result = try runShell(
          "set -e; cd '\(folder)'; mkdir -p run; cp given/* run; cd run\n"
            + line.replacing("--time 10m", with: "--time 1s")
            .replacing("zk eval ", with: "zk eval --count 2 ")
            .replacing("zk generate ", with: "zk generate --max-bytes 500 "),
          environment: ["ZK_MODEL": model])
        #expect(result.status == 0, "\(line): \(result.stderr)")
        // What a pipe's first verb failed to give shows at its end.
        let isFile = line.contains(" -o ") || line.contains(" --output ")
        #expect(isFile || !result.stdout.isEmpty, "\(line): \(result.stderr)")
      }
    }
  }

  /// A page that names a function or a setting that is gone leads nowhere. Names that are those of
  /// others, or of what the code does without, are found here: all_reduce, fatalError, strip_code,
  /// torchrun.
  @Test func namesInDocumentsAreThoseOfTheCode() throws {
    try withTemporaryFolder { folder in
      let result = try runShell(
        """
        set -e; export LC_ALL=C; cd '\(Self.package)'
        grep -ohE '`[A-Za-z_]{4,}([(][)])?`' *.md docs/*.md | tr -d '`()' | sort -u >'\(folder)/named'
        grep -rhoIE '[A-Za-z0-9_]+' Sources Tests Benchmarks Fuzz scripts python Makefile Package.swift |
          sort -u >'\(folder)/known'
        test -s '\(folder)/named'
        comm -23 '\(folder)/named' '\(folder)/known'
        """)
      #expect(result.status == 0 && result.stdout.isEmpty, "\(result.stdout)\(result.stderr)")
    }
  }

  /// A line of a display as it is read.
  private func plain(_ line: String) -> String {
    line.replacing("\\-", with: "-").replacing("\\(aq", with: "'").replacing("\\(dq", with: "\"")
      .replacing("\\(ha", with: "^").replacing("\\(ti", with: "~").replacing("\\(ga", with: "`")
      .replacing("\\e", with: "\\")
  }
}
