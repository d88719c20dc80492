import TestSupport
import Testing
import ZonkeyCore

/// `zk extract` as users run it.
@Suite struct ExtractTests {
  private static func page(
    _ id: Int, _ title: String, _ text: String, namespace: Int = 0, model: String = "wikitext",
    redirect: String = ""
  ) -> String {
    "<page><title>\(title)</title><ns>\(namespace)</ns><id>\(id)</id>\(redirect)<revision>"
      + "<model>\(model)</model><text>\(text)</text></revision></page>\n"
  }

  private static func dump(_ pages: String) -> String {
    "<mediawiki version=\"0.11\">\n" + pages + "</mediawiki>\n"
  }

  private static let mixed = dump(
    page(1, "Quill &amp; Ink", "A '''quill''' is a [[feather|plume]].\n\nIt says \"ink\".")
      + page(2, "Pen", "#REDIRECT [[Quill]]", redirect: "<redirect title=\"Quill\" />")
      + page(3, "Talk:Quill", "Is it?", namespace: 1) + page(4, "Empty", "{{stub}}")
      + page(5, "Help:Pens", "Hold it.", namespace: 12) + page(6, "Short", "So.")
      + page(7, "Data", "{}", model: "json"))

  private static let kept = """
    {"id":"1","title":"Quill & Ink","text":"A quill is a plume.\\n\\nIt says \\"ink\\"."}
    {"id":"6","title":"Short","text":"So."}

    """

  @Test func articlesBecomeObjects() throws {
    let result = try runZk(["extract"], stdin: Self.mixed)
    #expect(result.status == 0)
    #expect(result.stdout == Self.kept)
    #expect(result.stderr.isEmpty)
  }

  @Test func textEndsWithNewlineOrNUL() throws {
    let lines = try runZk(["extract", "--format", "text"], stdin: Self.mixed)
    #expect(lines.stdout == "A quill is a plume.\n\nIt says \"ink\".\n\nSo.\n")
    let parted = try runZk(["extract", "--format", "text", "-0"], stdin: Self.mixed)
    #expect(parted.stdout == "A quill is a plume.\n\nIt says \"ink\".\0So.\0")
    let read = try runZk(["extract", "--document", "null"], stdin: parted.stdout)
    #expect(read.stdout.hasSuffix("\n{\"text\":\"So.\"}\n"))
  }

  @Test func namespacesAreChosen() throws {
    func titles(_ arguments: [String]) throws -> [String] {
      try runZk(["extract"] + arguments, stdin: Self.mixed).stdout.split(separator: "\n").map {
        try #require(try JSONValue(parsing: String($0))["title"]?.stringValue)
      }
    }
    #expect(try titles(["--namespace", "1,12"]) == ["Talk:Quill", "Help:Pens"])
    #expect(try titles(["--namespace", "12", "--namespace", "1"]) == ["Talk:Quill", "Help:Pens"])
    #expect(try titles(["--namespace=0,1"]) == ["Quill & Ink", "Talk:Quill", "Short"])
    #expect(try titles(["--redirects"]) == ["Quill & Ink", "Pen", "Short"])
    #expect(try titles(["--min-bytes", "4"]) == ["Quill & Ink"])
    #expect(try titles(["--namespace", "99"]).isEmpty)
  }

  @Test func statisticsNameTheReasons() throws {
    try withTemporaryFolder { folder in
      let result = try runZk(
        ["extract", "--stats", folder + "/s.json", "--min-bytes", "4"], stdin: Self.mixed)
      #expect(result.status == 0)
      #expect(
        result.stderr == "zk extract: 1 documents kept, 6 skipped: 1 no text, 1 not wikitext, "
          + "2 other namespace, 1 redirect, 1 too short\n")
      let stats = try JSONValue(parsing: readBytes(folder + "/s.json"))
      #expect(stats["read"]?.intValue == 7)
      #expect(stats["kept"]?.intValue == 1)
      #expect(stats["skipped"]?["other namespace"]?.intValue == 2)
      #expect(stats["text_bytes"]?.intValue == 35)
      #expect(stats["input_bytes"]?.intValue == Self.mixed.utf8.count)
      let full = try runZk(["extract", "--stats", folder + "/no/s.json"], stdin: Self.mixed)
      #expect(full.status == 73)
    }
  }

  @Test func otherFormatsAreConverted() throws {
    let lines = try runZk(["extract"], stdin: "one\n\ntwo \"2\"\n")
    #expect(lines.stdout == "{\"text\":\"one\"}\n{\"text\":\"\"}\n{\"text\":\"two \\\"2\\\"\"}\n")
    let rows = try runZk(
      ["extract", "--text-field", "body"],
      stdin: "{\"id\":7,\"body\":\"[[kept]] as it is\",\"other\":[1]}\n")
    #expect(rows.stdout == "{\"id\":7,\"text\":\"[[kept]] as it is\"}\n")
    let back = try runZk(["extract", "--format", "text"], stdin: lines.stdout)
    #expect(back.stdout == "one\n\ntwo \"2\"\n")
  }

  @Test func fieldsAreKept() throws {
    let input = "{\"page\":1e3,\"id\":\"x\",\"text\":\"abc\",\"more\":{\"a\":[1.50,null]}}\n"
    let rows = try runZk(
      ["extract", "--id-field", "page", "--keep-fields", "--sha1"], stdin: input)
    #expect(
      rows.stdout == "{\"id\":1e3,\"more\":{\"a\":[1.50,null]},"
        + "\"sha1\":\"a9993e364706816aba3e25717850c26c9cd0d89d\",\"text\":\"abc\"}\n")
    let dump = """
      <mediawiki><siteinfo><base>https://sv.wikipedia.org/wiki/Huvudsida</base></siteinfo><page>
      <title>Å b?</title><ns>0</ns><id>7</id><revision><id>9</id>
      <timestamp>2024-01-02T03:04:05Z</timestamp><text>Ord.</text></revision></page></mediawiki>
      """
    #expect(
      try runZk(["extract"], stdin: dump).stdout == """
        {"id":"7","title":"Å b?","revision":"9","timestamp":"2024-01-02T03:04:05Z",\
        "url":"https://sv.wikipedia.org/wiki/%C3%85_b%3F","text":"Ord."}

        """)
  }

  @Test func holesAreCountedAndTemplatesAdded() throws {
    try withTemporaryFolder { folder in
      let input = Self.dump(
        Self.page(1, "A", "It has {{count|5}} of {{count|6}} apples. It stays.")
          + Self.page(2, "B", "Two."))
      func text(_ arguments: [String]) throws -> String {
        try runZk(["extract", "--format", "text"] + arguments, stdin: input).stdout
      }
      #expect(try text(["--stats", folder + "/s.json"]) == "It stays.\n\nTwo.\n")
      #expect(try text(["--holes", "keep"]) == "It has of apples. It stays.\n\nTwo.\n")
      let stats = try JSONValue(parsing: readBytes(folder + "/s.json"))
      #expect(stats["holes"]?.intValue == 2)
      #expect(stats["dropped_sentences"]?.intValue == 1)
      #expect(stats["sentences"]?.intValue == 2)
      let filled = "jq -r '.unknown_templates[]' s.json | sed 's/\t\t\t/\t\t{1}\t/' >mine.tsv"
      _ = try runShell("cd '\(folder)'; \(filled)")
      #expect(
        try text(["--templates", folder + "/mine.tsv"])
          == "It has 5 of 6 apples. It stays.\n\nTwo.\n")
      _ = try runShell("printf 'x\\t{1}\\n' >'\(folder)/bad.tsv'")
      let bad = try runZk(["extract", "--templates", folder + "/bad.tsv"], stdin: input)
      #expect(bad.status == 65)
      #expect(try runZk(["extract", "--templates", folder + "/none"], stdin: input).status == 66)
    }
  }

  @Test func multistreamDumpsAreReadByTheirIndex() throws {
    let script = """
      cd '$FOLDER'
      printf '<mediawiki>\n' | bzip2 >h; size=$(wc -c <h); cat h >d-multistream.xml.bz2
      for n in 1 2 3 4 5; do
        echo "$size:$n:T$n"
        printf '<page><title>T%s</title><ns>0</ns><id>%s</id><revision><text>Text %s.</text>' $n $n $n >p
        printf '</revision></page>\n' >>p; bzip2 <p >b; cat b >>d-multistream.xml.bz2
        size=$(wc -c <d-multistream.xml.bz2)
      done >d-multistream-index.txt
      printf '</mediawiki>\n' | bzip2 >>d-multistream.xml.bz2
      """
    try withTemporaryFolder { folder in
      _ = try runShell(script.replacing("$FOLDER", with: folder))
      let all = (1...5).map { "Text \($0).\n" }.joined(separator: "\n")
      func text(_ files: String) throws -> String {
        try runShell("cd '\(folder)'; zk extract --threads 3 --format text \(files)").stdout
      }
      #expect(try text("d-multistream.xml.bz2") == all)
      // The index among the files is no text, and a wrong one does no harm.
      #expect(try text("d-*") == all)
      _ = try runShell("cd '\(folder)'; sed -i 's/^./9/' d-multistream-index.txt")
      #expect(try text("d-multistream.xml.bz2") == all)
    }
  }

  @Test func outputFileIsCompressedAndWhole() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.jsonl.zst"
      #expect(try runZk(["extract", "-o", path], stdin: Self.mixed).status == 0)
      #expect(try ZstdCheck.decompressed(readBytes(path)) == Array(Self.kept.utf8))
      // What was written is read again, from the file and through a pipe.
      #expect(try runZk(["extract", path]).stdout == Self.kept)
      let piped = try runShell("zk extract --zstd '\(path)' | zk extract | cat")
      #expect(piped.stdout == Self.kept)
      // A descriptor that is half read goes on where it stands.
      let half = try runShell(
        "cd '\(folder)'; { printf head; cat a.jsonl.zst; } >half; "
          + "{ dd bs=4 count=1 of=/dev/null 2>/dev/null; zk extract --threads 3; } <half; rm half")
      #expect(half.stdout == Self.kept)
      let bad = try runZk(["extract", "-o", folder + "/none"], stdin: "{\"text\":1}\n")
      #expect(bad.status == 65)
      #expect(try runShell("ls '\(folder)'").stdout == "a.jsonl.zst\n")
    }
  }

  @Test func threadsDoNotChangeTheOutput() throws {
    let pages = (1...700).map { Self.page($0, "P\($0)", "Page ''\($0)'' of {{many}} [[pages]].") }
    let input = Self.dump(pages.joined())
    let one = try runZk(["extract", "--threads", "1"], stdin: input)
    #expect(one.stdout.split(separator: "\n").count == 700)
    #expect(try runZk(["extract", "--threads", "5"], stdin: input).outputBytes == one.outputBytes)
  }

  @Test func badInputStopsAfterWhatWasGood() throws {
    let cut = String(Self.mixed.dropLast("</mediawiki>\n".count))
    let truncated = try runZk(["extract"], stdin: cut)
    #expect(truncated.status == 65)
    #expect(truncated.stdout == Self.kept)
    #expect(truncated.stderr.hasPrefix("zk extract: -:10: byte "))
    let skipped = try runZk(
      ["extract", "--invalid", "skip"], stdinBytes: Array("good\n".utf8) + [0xFF, 0x0A])
    #expect(skipped.status == 2)
    #expect(skipped.stdout == "{\"text\":\"good\"}\n")
    #expect(skipped.stderr == "zk extract: 1 documents kept, 1 skipped: 1 bad UTF-8\n")
  }

  /// Above the ten million bytes that an XML parser takes for an attack by default.
  @Test func hugePagesAreReadUpToTheLimit() throws {
    let word = String(repeating: "long ", count: 4_000_000)
    let input = Self.dump(Self.page(1, "Long", word) + Self.page(2, "Next", "So."))
    let result = try runZk(["extract", "--format", "text"], stdin: input)
    #expect(result.status == 0)
    #expect(result.outputBytes.count == 20_000_000 + 5)
    let limited = try runZk(
      ["extract", "--format", "text", "--max-document", "1000000", "--invalid", "skip"],
      stdin: input)
    #expect(limited.status == 2)
    #expect(limited.stdout == "So.\n")
  }

  @Test func usageIsChecked() throws {
    for arguments in [
      ["--namespace", "x"], ["--namespace", "1,"], ["--min-bytes", "-1"],
      ["-0", "--format", "jsonl"],
      ["--format", "xml"], ["--threads", "0"], ["--zstd=99"],
    ] {
      let result = try runZk(["extract"] + arguments)
      #expect(result.status == 64, "\(arguments)")
      #expect(result.stdout.isEmpty)
    }
    #expect(try runZk(["extract", "/nonexistent.xml"]).status == 66)
    #expect(try runShell("zk extract --help | grep -c 'zk extract dump.xml'").stdout == "1\n")
    #expect(try runShell("echo text | zk extract >/dev/full").status == 74)
  }

  @Test func slowInputIsAnsweredAtOnce() throws {
    let result = try runShell(
      """
      cd "$(mktemp -d)"
      { echo one; sleep 2; echo two; } | zk extract |
        { read -r line; date +%s >first; cat >/dev/null; date +%s >second; }
      expr $(cat second) - $(cat first)
      rm first second
      """)
    #expect((Int(result.stdout.filter(\.isNumber)) ?? 0) >= 1)
  }

  @Test func closedPipeIsQuiet() throws {
    let result = try runShell("{ yes text | zk extract; echo $? >&2; } | head -n 1")
    #expect(result.stderr == "0\n")
    #expect(result.stdout == "{\"text\":\"text\"}\n")
  }
}
