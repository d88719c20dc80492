import TestSupport
import Testing
import ZonkeyCore
import ZonkeyPlatform

/// What lies where an output goes, and what files are called.
@Suite struct FaultFileTests {
  @Test func aSetUIDFileKeepsItsOwner() throws {
    try withTemporaryFolder { folder in
      let (model, out) = (try NanoModel.path(), "\(folder)/out")
      try writeBytes([1], to: out)
      if getuid() == 0 { chown(out, 12_345, 12_345) }
      chmod(out, 0o6755)
      let before = try #require(System.status(out))
      #expect(try runZk(["split", "-m", model, "-o", out], stdin: "text\n").status == 0)
      let after = try #require(System.status(out))
      #expect(after.st_size > 1)
      #expect(after.st_uid == before.st_uid && after.st_gid == before.st_gid)
      #expect(after.st_mode == before.st_mode)
    }
  }

  @Test(arguments: ["target", "sub/target", "second"])
  func aDanglingLinkIsFollowed(target: String) throws {
    try withTemporaryFolder { folder in
      mkdir("\(folder)/sub", 0o700)
      symlink(target, "\(folder)/link")
      if target == "second" { symlink("third", "\(folder)/second") }
      let result = try runZk(
        ["extract", "--format", "text", "-o", "\(folder)/link"], stdin: "text\n")
      #expect(result.status == 0)
      #expect(System.link(at: "\(folder)/link") == target)
      let end = target == "second" ? "third" : target
      #expect(try readBytes("\(folder)/\(end)") == Array("text\n".utf8))
    }
  }

  @Test func whatKilledRunsLeftIsSwept() throws {
    try withTemporaryFolder { folder in
      let kept = [
        ".out.\(getpid()).tmp", ".out.1x.tmp", ".out.tmp", ".other.4194305.tmp",
        ".out.4194305.tmp.old",
      ]
      for name in kept + [".out.4194305.tmp", ".out.4194306-7.tmp"] {
        try writeBytes([1], to: "\(folder)/\(name)")
      }
      #expect(try runZk(["extract", "-o", "\(folder)/out"], stdin: "text\n").status == 0)
      #expect(entries(folder) == (kept + ["out"]).sorted())
    }
  }

  @Test func namesNeedNotBeUTF8() throws {
    try withTemporaryFolder { folder in
      let result = try runShell(
        """
        cd '\(folder)'
        in=$(printf 'in\\351.txt'); out=$(printf 'out\\351.txt')
        printf 'some text\\n' > "$in"
        zk extract --format text "$in" && zk extract --format text -o "$out" < "$in" && cat "$out"
        zk extract "$(printf 'none\\351')"
        echo $?
        """)
      #expect(result.stdout == "some text\nsome text\n66\n")
      #expect(result.stderr == "zk extract: none\\xE9: No such file or directory\n")
      #expect(
        entries(folder).map { FileName.bytes($0) }
          == ["in", "out"].map {
            Array($0.utf8) + [0xE9] + Array(".txt".utf8)
          })
    }
  }

  @Test func infoReadsStandardInput() throws {
    let model = try NanoModel.path()
    for format in ["jsonl", "npy", "safetensors"] {
      let result = try runShell(
        "zk encode -q -m '\(model)' --level 0 --format \(format) | zk info --json -",
        stdin: "a text\n")
      let facts = try JSONValue(parsing: result.stdout)
      #expect(facts["kind"]?.stringValue == "latents" && facts["documents"]?.intValue == 1)
      #expect(facts["file"]?.stringValue == "-")
    }
    for command in ["zk info --json - < '\(model)'", "cat '\(model)' | zk info --json /dev/stdin"] {
      let facts = try JSONValue(parsing: runShell(command).stdout)
      #expect(facts["kind"]?.stringValue == "checkpoint" && facts["step"]?.intValue == 40)
    }
    let text = try runShell("echo text | zk info -")
    #expect(text.status == 65 && text.stderr.hasPrefix("zk info: -: "))
  }
}
