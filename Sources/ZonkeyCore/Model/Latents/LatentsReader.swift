import ZonkeyBase

/// Reads latents out of files, one document after another as one stream, whatever their formats.
///
/// Compression and format are recognised by the content of each file. Memory is that of one
/// document. A plain .safetensors file is read in several places at once; one that comes through
/// a pipe or compressed is unpacked into a temporary file without a name first.
/// Not for use from several threads at a time.
public final class LatentsReader {
  /// The bytes of all files before decompression; `nil` when one is a pipe.
  public let totalBytes: Int?

  /// The files as they were named; `-` is standard input.
  public let paths: [String]
  private let temporaryDirectory: String
  /// The only file, where it is open already.
  private let stream: ByteStream?
  private var nextPath = 0
  private var input: BufferedInput?
  private var source: (any LatentsSource)?
  /// Whether the source reads the file itself and not through the input.
  private var isDirect = false
  private var finishedBytes = 0
  private var failure: ZonkeyError?

  /// Prepares to read files; `-`, or no path at all, is standard input.
  ///
  /// Throws `.noInput` when one of them is missing or a directory.
  public init(
    paths: [String], temporaryDirectory: String = "/tmp"
  ) throws(ZonkeyError) {
    self.paths = paths.isEmpty ? ["-"] : paths
    self.temporaryDirectory = temporaryDirectory
    stream = nil
    var sum: Int? = 0
    for path in self.paths {
      let size = try File.checkedSize(path: path)
      sum = sum.flatMap { sum in size.map { sum + $0 } }
    }
    totalBytes = sum
  }

  /// Prepares to read what a stream has, of which nothing was read.
  package init(_ stream: ByteStream, temporaryDirectory: String) {
    paths = [stream.source]
    self.temporaryDirectory = temporaryDirectory
    self.stream = stream
    totalBytes = stream.totalBytes
  }

  /// Whether the next document is likely there without waiting for a slow writer: always for
  /// files, and for pipes when something of it has come, of JSONL a whole line.
  public var hasWaiting: Bool { totalBytes != nil || source?.hasWaiting ?? false }

  /// How many bytes of the files have been taken in, counted before decompression.
  public var compressedBytesRead: Int { finishedBytes + currentBytesRead }

  /// The file that the last document came from, `-` for standard input.
  public var currentPath: String { paths[max(0, nextPath - 1)] }

  private var currentBytesRead: Int {
    let streamed = input?.stream.compressedBytesRead ?? 0
    return isDirect ? max(streamed, source?.bytesRead ?? 0) : streamed
  }

  /// The next document, `nil` after the last file's end.
  ///
  /// Throws `.badInput` for data that is damaged or not latents, `.noInput`, `.io`, and
  /// `.cannotCreate` without a temporary directory; each after the documents that were good.
  /// Once thrown, the same error is thrown again.
  public func next() throws(ZonkeyError) -> DocumentLatents? {
    if let failure { throw failure }
    do {
      while true {
        if source == nil, try !openNext() { return nil }
        if let document = try source?.next() { return document }
        // Of a file that is read in several places not all need have been read.
        finishedBytes += isDirect ? input?.stream.totalBytes ?? 0 : currentBytesRead
        isDirect = false
        source = nil
        input = nil
      }
    } catch {
      failure = error
      throw error
    }
  }

  /// Opens the next file; false when there is none.
  private func openNext() throws(ZonkeyError) -> Bool {
    guard nextPath < paths.count else { return false }
    let opened: ByteStream
    if let stream { opened = stream } else { opened = try ByteStream(path: paths[nextPath]) }
    let input = BufferedInput(opened)
    nextPath += 1
    self.input = input
    switch try LatentsFormat.detect(input) {
    case .jsonl: source = JSONLLatentsReader(input)
    case .npy:
      let (matrix, rows) = try NpyMatrix.open(
        input, direct: try direct(input), temporaryDirectory: temporaryDirectory)
      source = JSONLLatentsReader(rows, matrix: matrix)
    case .safetensors: source = try SafetensorsLatentsReader(randomAccess(input))
    }
    return true
  }

  /// The file itself, or a copy of what comes through the stream.
  private func randomAccess(_ input: BufferedInput) throws(ZonkeyError) -> RandomAccessFile {
    if let file = try direct(input) { return file }
    let spool = try Spool(directory: temporaryDirectory)
    repeat {
      try input.checkCopy(of: spool.byteCount)
      try spool.append(input.available)
      input.take(input.available.count)
    } while try input.fill()
    return try spool.finished(source: input.source)
  }

  /// The file of an input, if it can be read at any place.
  private func direct(_ input: BufferedInput) throws(ZonkeyError) -> RandomAccessFile? {
    let stream = input.stream
    isDirect = stream.compression == .plain && stream.totalBytes != nil && stream.source != "-"
    return isDirect ? try RandomAccessFile(path: stream.source) : nil
  }
}

/// Where latents of one file come from.
protocol LatentsSource: AnyObject {
  /// The next document, `nil` at the end of the file.
  func next() throws(ZonkeyError) -> DocumentLatents?
  /// Whether something of the next document has come.
  var hasWaiting: Bool { get }
  /// The bytes of its arrays that were taken in, for a source that reads the file itself.
  var bytesRead: Int { get }
}

extension LatentsSource {
  var bytesRead: Int { 0 }
}

extension LatentsFormat {
  /// Finds the format of a file by its first bytes, without taking them out; a checkpoint counts as
  /// safetensors.
  ///
  /// Throws `.badInput` when it is none of them.
  package static func detect(_ input: BufferedInput) throws(ZonkeyError) -> LatentsFormat {
    while input.available.count < headBytes, try input.fill() {}
    let head = Array(input.available.prefix(headBytes))
    if head.starts(with: NpyHeader.magic) { return .npy }
    if head.count == headBytes, SafetensorsHeader.textLength(head) != nil,
      head[8] == UInt8(ascii: "{")
    {
      return .safetensors
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = head.starts(with: mark) ? head.dropFirst(mark.count) : head[...]
    let first = text.first { !$0.isBlank && $0 != 0x0A }
    if first == nil || first == UInt8(ascii: "{") { return .jsonl }
    if let foreign = ForeignFormat.description(of: Array(input.available.prefix(512))) {
      throw .otherContent(source: input.source, content: foreign, isText: false)
    }
    throw .badInput(
      source: input.source, line: nil, offset: 0,
      reason: "neither JSONL nor .npy nor .safetensors; give latents that 'zk encode' wrote")
  }

  /// The length of a safetensors header and its first character.
  private static var headBytes: Int { 9 }
}
