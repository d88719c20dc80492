import ZonkeyCore
import ZonkeyPlatform

/// A pipe that can be read twice: what is taken out of it the first time is kept in a temporary file
/// without a name.
final class KeptPipe {
  /// The pipe from its beginning; what it gives is kept.
  private(set) lazy var input = BufferedInput(
    ByteStream(source: path) { [file, spool, counter] (target) throws(ZonkeyError) in
      let count = try file.read(into: target)
      try spool.append(UnsafeRawBufferPointer(rebasing: target[..<count]))
      counter.bytes += count
      return count
    })
  /// How many bytes have come out of the pipe.
  var byteCount: Int { counter.bytes }

  private let path: String
  private let file: File
  private let spool: Spool
  private let counter = Counter()

  private final class Counter {
    var bytes = 0
  }

  /// Opens it; throws `noInput`, and `cannotCreate` without a place for the temporary file.
  init(_ path: String) throws(ZonkeyError) {
    self.path = path
    file = try File(path: path)
    spool = try Spool(directory: TemporaryDirectory.path)
  }

  /// Takes the rest of a checkpoint in, so that its size is known before memory is taken for what it
  /// says of itself.
  ///
  /// Throws `badModel` when it goes on behind the `contentBytes` that its header speaks of, and
  /// `badInput` when it unpacks to more than a checkpoint can.
  func keepCheckpoint(contentBytes: Int) throws(ZonkeyError) {
    repeat {
      input.take(input.available.count)
      if input.offset > contentBytes {
        throw .badModel(
          path: path,
          reason: "it goes on behind the \(contentBytes) bytes that its header speaks of")
      }
      try input.checkCopy(of: input.offset)
    } while try input.fill()
  }

  /// What has been kept and then what the pipe still has, from the beginning; once only.
  func again() throws(ZonkeyError) -> (UnsafeMutableRawBufferPointer) throws(ZonkeyError) -> Int {
    let kept = try spool.finished(source: path)
    let cursor = FileCursor(kept, 0..<kept.byteCount)
    return { [file, counter] (target) throws(ZonkeyError) in
      let piece = try cursor.take(target.count)
      target.copyMemory(from: piece)
      if !piece.isEmpty || target.isEmpty { return piece.count }
      let count = try file.read(into: target)
      counter.bytes += count
      return count
    }
  }
}
