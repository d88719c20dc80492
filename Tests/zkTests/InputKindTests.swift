import TestSupport
import Testing

/// What is no text is named, with advice; what only looks like JSON or XML is text.
@Suite struct InputKindTests {
  private func extract(_ bytes: [UInt8]) throws -> ZkResult {
    try runZk(["extract", "--format", "text"], stdinBytes: bytes)
  }

  @Test(
    arguments: [
      (Array("PAR1".utf8) + [0, 1, 2], "Parquet"), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0], "7z"),
      (Array("PK".utf8) + [3, 4, 20, 0], "zip"), (Array("%PDF-1.7\n".utf8), "PDF"),
      (Array("name".utf8) + [UInt8](repeating: 0, count: 253) + Array("ustar".utf8) + [0], "tar"),
      (Array("[{\"text\":\"a\"},{\"text\":\"b\"}]\n".utf8), "JSON array"),
      (Array("{\n  \"text\": \"a\"\n}\n".utf8), "several lines"),
      (Array("  <revision>\n    <text>Words.</text>\n".utf8), "<mediawiki>"),
      (Array("<!DOCTYPE html>\n<html>".utf8), "HTML"),
    ] as [([UInt8], String)])
  func isRefused(bytes: [UInt8], word: String) throws {
    let result = try extract(bytes)
    #expect(result.status == 65)
    #expect(result.stderr.contains(word), "\(result.stderr)")
    #expect(result.outputBytes.isEmpty)
    let latents = try runZk(["decode"], stdinBytes: bytes)
    #expect(latents.status == 65)
  }

  @Test(arguments: [
    "{note} this is a plain text file\nsecond line\n", "[1] a reference\n", "<b>bold</b> text\n",
    "{{template}}\n", "[ ]\n", "<!-- no more\n", "<3 you\n", "ustar\n", "PAR1 is a name\n",
    "Rar! it said\n",
  ])
  func isText(text: String) throws {
    let result = try extract(Array(text.utf8))
    #expect(result.status == 0, "\(result.stderr)")
    #expect(result.stdout == text)
  }

  @Test func anExportMayBeginWithAComment() throws {
    let page =
      "<page><title>T</title><ns>0</ns><id>1</id><revision><text>Words.</text></revision></page>"
    let result = try extract(
      Array("<!-- c -->\n<mediawiki version=\"0.11\">\(page)</mediawiki>\n".utf8))
    #expect(result.stdout == "Words.\n", "\(result.stderr)")
  }

  @Test func anyContentIsReadWhenTheFormatIsNamed() throws {
    let result = try runZk(
      ["extract", "--format", "text", "--input-format", "lines"], stdin: "[{\"a\":1}]\n")
    #expect(result.stdout == "[{\"a\":1}]\n")
  }
}
