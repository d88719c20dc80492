import ZonkeyBase

/// Reads documents out of files, one after another as one stream, whatever their formats.
///
/// Compression is recognised by magic bytes and the format by looking at each file's content,
/// unless the options name it. What a slow pipe has is delivered at once, and memory is that of
/// one document. Not for use from several threads at a time.
public final class DocumentReader {
  public let options: ReaderOptions
  /// The bytes of all files before decompression; `nil` when one is a pipe.
  public let totalBytes: Int?

  /// The files as they were named; `-` is standard input.
  public let paths: [String]
  /// Files among them that are only the indices of others.
  private let indices: Set<String>
  private let check: DocumentCheck
  private var nextPath = 0
  /// The number of the next document of the whole input.
  private var nextNumber: Int
  private var input: BufferedInput?
  private var documents: (any DocumentSource)?
  private var finishedBytes = 0

  /// Prepares to read files; `-`, or no path at all, is standard input.
  ///
  /// Throws `.noInput` when one of them is missing or a directory.
  public init(paths: [String], options: ReaderOptions = ReaderOptions()) throws(ZonkeyError) {
    self.paths = paths.isEmpty ? ["-"] : paths
    self.options = options
    indices = Set(self.paths.flatMap { MultistreamIndex.names(besideDump: $0) })
    check = DocumentCheck(options)
    nextNumber = options.firstNumber
    check.isCounting = options.shard?.has(nextNumber) ?? true
    var sum: Int? = 0
    for path in self.paths {
      let size = try File.checkedSize(path: path)
      sum = sum.flatMap { sum in size.map { sum + $0 } }
    }
    totalBytes = sum
  }

  /// Whether the next document is likely there without waiting for a slow writer: always for files,
  /// and for pipes and terminals when a whole line has come.
  public var hasWaiting: Bool {
    totalBytes != nil || (input.map { $0.hasLine } ?? false)
  }

  /// How many bytes of the files have been taken in, counted before decompression.
  public var compressedBytesRead: Int {
    finishedBytes + (input?.stream.compressedBytesRead ?? 0)
  }

  /// How many documents were left out as invalid, by reason; of a shard its share of them.
  public var skipped: [String: Int] { check.skipped }

  /// How many pages of dumps are valid but were not asked for, by reason.
  public var passedOver: [String: Int] { check.passedOver }

  /// The next document, of the shard if the options name one; `nil` after the last file's end.
  ///
  /// Throws `.badInput`, `.noInput` and `.io`, each after the documents that were good.
  public func next() throws(ZonkeyError) -> Document? {
    guard let shard = options.shard else { return try nextOfAll() }
    while let document = try nextOfAll() {
      let isOurs = shard.has(nextNumber)
      nextNumber += 1
      check.isCounting = shard.has(nextNumber)
      if isOurs { return document }
    }
    return nil
  }

  private func nextOfAll() throws(ZonkeyError) -> Document? {
    while true {
      if documents == nil, try !openNext() { return nil }
      if let document = try documents?.next() { return document }
      finishedBytes += input?.stream.compressedBytesRead ?? 0
      documents = nil
      input = nil
    }
  }

  /// Opens the next file; false when there is none.
  private func openNext() throws(ZonkeyError) -> Bool {
    // The index of a dump that is read is no document.
    while nextPath < paths.count, indices.contains(paths[nextPath]) { nextPath += 1 }
    guard nextPath < paths.count else { return false }
    let input = BufferedInput(try ByteStream(path: paths[nextPath], threads: options.threads))
    nextPath += 1
    self.input = input
    let format = if let named = options.format { named } else { try InputFormat.detect(input) }
    switch format {
    case .lines: documents = LineReader(input, check: check)
    case .jsonl: documents = JSONLReader(input, check: check)
    case .mediawiki: documents = MediaWikiReader(input, check: check)
    }
    return true
  }
}
