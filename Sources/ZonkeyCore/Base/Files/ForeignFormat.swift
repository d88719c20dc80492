/// Files that zk cannot read, known by their first bytes, and what to do with them.
package enum ForeignFormat {
  /// What the content is and what to do, as the end of an error message; `nil` when it is nothing
  /// that is known.
  package static func description(of head: [UInt8]) -> String? {
    // A text may begin with the letters that a format begins with; no text has such bytes.
    let isBinary = head.prefix(512).contains { $0 < 9 || $0 >= 0xF8 }
    for (magic, offset, text) in known
    where head.count >= offset + magic.count
      && head[offset..<offset + magic.count].elementsEqual(magic)
      && (isBinary || !magic.allSatisfy { (0x20..<0x7F).contains($0) })
    {
      return text
    }
    return head.starts(with: pdf) ? "a PDF file; take its text out first, as with pdftotext" : nil
  }

  private static let pdf = Array("%PDF-".utf8)

  private static let toTable =
    "write its rows as JSONL first, as with duckdb -jsonlines -c \"FROM 'FILE'\""

  /// First bytes, where they stand, and what they mean.
  private static let known: [(magic: [UInt8], offset: Int, text: String)] = [
    (Array("PAR1".utf8), 0, "a Parquet file; \(toTable)"),
    (Array("ARROW1".utf8), 0, "an Arrow file; \(toTable)"),
    (Array("Obj".utf8) + [1], 0, "an Avro file; \(toTable)"),
    (Array("SQLite format 3".utf8), 0, "an SQLite database; write a table as JSONL first"),
    (
      [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], 0,
      "a 7z archive; pipe its content, as with 7z e -so FILE"
    ),
    (Array("PK".utf8) + [3, 4], 0, "a zip archive; pipe its content, as with unzip -p FILE"),
    (Array("PK".utf8) + [5, 6], 0, "an empty zip archive"),
    (Array("Rar!".utf8), 0, "a rar archive; pipe its content, as with unrar p -inul FILE"),
    (Array("ustar".utf8), 257, "a tar archive; pipe its content, as with tar -xOf FILE"),
    ([0x04, 0x22, 0x4D, 0x18], 0, "compressed with lz4; pipe its content, as with lz4cat FILE"),
    (Array("LZIP".utf8), 0, "compressed with lzip; pipe its content, as with lzip -dc FILE"),
    ([0x1F, 0x9D], 0, "compressed with compress; pipe its content, as with zcat FILE"),
    ([0x89] + Array("PNG".utf8), 0, "a PNG image"),
    ([0xFF, 0xD8, 0xFF], 0, "a JPEG image"),
    ([0x7F] + Array("ELF".utf8), 0, "a program or a library"),
    ([0x89] + Array("HDF".utf8), 0, "an HDF5 file; write its texts as JSONL first"),
    ([0x80, 0x02], 0, "a Python pickle; write its texts as JSONL first"),
    ([0x80, 0x04], 0, "a Python pickle; write its texts as JSONL first"),
    ([0x93] + Array("NUMPY".utf8), 0, "a .npy array; zk decode reads latents"),
    ([0xD0, 0xCF, 0x11, 0xE0], 0, "an Office document of the old format; take its text out first"),
  ]
}
