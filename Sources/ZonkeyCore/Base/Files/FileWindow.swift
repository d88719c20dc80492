/// Part of a regular file in memory, moved forwards over it.
struct FileWindow {
  private let file: File
  /// The bytes from `start` on.
  private(set) var bytes: [UInt8] = []
  private(set) var start = 0
  /// Whether `bytes` goes to the file's end, or to where it cannot be read on.
  private(set) var isAtEnd = false
  /// Whether it cannot be read on.
  private(set) var isBroken = false

  private static let stepBytes = 1 << 20

  init(_ file: File) {
    self.file = file
  }

  /// Forgets what precedes an offset and has so many bytes from there, fewer at the file's end.
  ///
  /// The offset is not before the last one, and not behind the window's end.
  mutating func load(from offset: Int, count: Int) {
    guard !isAtEnd, offset + count > start + bytes.count else { return }
    bytes.removeFirst(offset - start)
    start = offset
    while bytes.count < count && !isAtEnd { grow() }
  }

  /// The piece that ends a file at an offset behind which the window has nothing.
  func ending(at offset: Int) -> DecodedPiece {
    isBroken ? .doubt(restart: offset) : .end(offset: offset)
  }

  private mutating func grow() {
    let (file, end) = (file, start + bytes.count)
    // Why it cannot be read is told when it is read in order, which then comes here too.
    var count: Int?
    let more = [UInt8](unsafeUninitializedCapacity: Self.stepBytes) { buffer, initializedCount in
      count = try? file.read(into: UnsafeMutableRawBufferPointer(buffer), at: end)
      initializedCount = count ?? 0
    }
    isBroken = count == nil
    isAtEnd = more.isEmpty
    bytes.append(contentsOf: more)
  }
}
