import Testing
import ZonkeyCore

/// The manual and the completions in the package are those of the program.
@Suite struct DocumentationTests {
  private static let package = #filePath.split(separator: "/").dropLast(3)
    .reduce("") { "\($0)/\($1)" }

  @Test(arguments: [("bash", "zk.bash"), ("zsh", "_zk"), ("fish", "zk.fish")])
  func completionsAreCurrent(shell: String, file: String) throws {
    let result = try runZk(["--generate-completion-script", shell])
    #expect(result.status == 0)
    let committed = try readBytes("\(Self.package)/completions/\(file)")
    let isCurrent = result.outputBytes == committed
    #expect(isCurrent, "\(file) is old; run make docs")
  }

  /// Every verb has a page with all its options and what is said of them.
  @Test func manualPagesAreCurrent() throws {
    let help = try JSONValue(parsing: runZk(["--experimental-dump-help"]).stdout)
    let root = try #require(help["command"])
    let verbs = try #require(root["subcommands"]?.arrayValue)
      .filter { $0["commandName"]?.stringValue != "help" }
    #expect(verbs.count > 4)
    for command in [root] + verbs {
      let name = try #require(command["commandName"]?.stringValue)
      let page = name == "zk" ? "zk.1" : "zk-\(name).1"
      let text = plain(try readBytes("\(Self.package)/man/\(page)"))
      for argument in command["arguments"]?.arrayValue ?? [] {
        for spelling in argument["names"]?.arrayValue ?? [] {
          let option = try #require(spelling["name"]?.stringValue)
          let isThere = text.contains(plain(Array(option.utf8)))
          #expect(isThere, "\(page) has no \(option); run make docs")
        }
        if let said = argument["abstract"]?.stringValue {
          let isThere = text.contains(plain(Array(said.utf8)))
          #expect(isThere, "\(page) does not say: \(said); run make docs")
        }
      }
      if let said = command["discussion"]?.stringValue?.split(separator: "\n").first {
        let isThere = text.contains(plain(Array(said.utf8)))
        #expect(isThere, "\(page) does not say: \(said); run make docs")
      }
    }
  }

  /// Letters and digits alone: the pages break lines and escape signs.
  private func plain(_ bytes: [UInt8]) -> String {
    String(String(decoding: bytes, as: UTF8.self).filter { $0.isLetter || $0.isNumber })
  }
}
