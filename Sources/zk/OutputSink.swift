import ZonkeyPlatform
import ZonkeyCore

/// Somewhere that results go: standard output, a file that appears when it is complete, a
/// compressor before either.
///
/// A sink is used by one thread. It ends with exactly one of `finish` and `discard`; nothing is
/// written after that.
protocol OutputSink: AnyObject {
  /// Takes all of `bytes`; throws `ZonkeyError.io`, or `BrokenPipe` when nobody reads any more.
  func write(_ bytes: UnsafeRawBufferPointer) throws

  /// Hands everything taken so far to the reader; a sink without a waiting reader may do nothing.
  func flush() throws

  /// Completes the output.
  func finish() throws

  /// Gives up: what can be taken back is taken back. Calling it after `finish` does nothing.
  func discard()
}

extension OutputSink {
  func flush() throws {}

  /// Runs `body`, which writes the whole output, and completes it; gives it up on any error.
  func complete(_ body: () throws -> Void) throws {
    do {
      try body()
      try finish()
    } catch {
      discard()
      throw error
    }
  }

  func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }

  func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Writes the finished rows of `line` and empties it, keeping its memory.
  func write(_ line: inout JSONLine) throws {
    try line.bytes.withUnsafeBytes { try write($0) }
    line.removeAll()
  }
}

/// Whole writes to a file descriptor, however the system splits them.
struct DescriptorWriter {
  let descriptor: Int32
  /// What error texts call the descriptor.
  let name: String

  /// Writes all of `bytes`.
  ///
  /// An interrupted write goes on, unless the signal asked the run to end: a full pipe must not
  /// hold up Ctrl-C.
  func writeAll(_ bytes: UnsafeRawBufferPointer) throws {
    switch try System.writeAll(bytes, to: descriptor, interrupted: { try Signals.check() }) {
    case nil: return
    case EPIPE: throw BrokenPipe()
    case let code?: throw ZonkeyError.io(path: name, reason: System.message(code))
    }
  }
}

/// Standard output, buffered; the caller flushes after a document when input is slow.
final class StandardOutput: OutputSink {
  private let writer: DescriptorWriter
  private let capacity: Int
  private var buffer: [UInt8] = []
  private var isOpen = true

  init(descriptor: Int32 = 1, capacity: Int = 1 << 16) {
    writer = DescriptorWriter(descriptor: descriptor, name: "standard output")
    self.capacity = capacity
    buffer.reserveCapacity(capacity)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    precondition(isOpen, "written after finish or discard")
    if buffer.count + bytes.count > capacity { try flush() }
    if bytes.count >= capacity {
      try writer.writeAll(bytes)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  func flush() throws {
    guard !buffer.isEmpty else { return }
    // Emptied first: after a failure the same bytes must not be written again.
    let full = buffer
    buffer.removeAll(keepingCapacity: false)
    buffer.reserveCapacity(capacity)
    try full.withUnsafeBytes { try writer.writeAll($0) }
  }

  func finish() throws {
    guard isOpen else { return }
    isOpen = false
    try flush()
  }

  func discard() {
    isOpen = false
    buffer.removeAll()
  }
}

/// A file that appears under its name when it is complete.
final class FileOutput: OutputSink {
  private let file: AtomicFile
  private var buffer: [UInt8] = []

  /// With `beginning`, a file that is there already must begin so: a name that was meant for
  /// something else, such as that of an input after an option that takes one, destroys nothing.
  init(path: String, replacing beginning: StaticString? = nil) throws {
    if let beginning { try Self.check(path: path, replacing: beginning) }
    file = try AtomicFile(path: path)
  }

  /// Throws `cannotCreate` where a file is that does not begin so and is not empty.
  static func check(path: String, replacing beginning: StaticString) throws {
    var head = [UInt8](repeating: 0, count: beginning.utf8CodeUnitCount)
    guard let bytes = try? File.checkedSize(path: path), bytes > 0,
      let count = try? head.withUnsafeMutableBytes({ try File(path: path).read(into: $0) })
    else { return }
    let isSame = beginning.withUTF8Buffer { head.prefix(count).elementsEqual($0) }
    if !isSame {
      throw ZonkeyError.cannotCreate(
        path: path,
        reason: "is there and was not written by this option; remove it or give another name")
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= 1 << 16 { try drain() }
  }

  private func drain() throws {
    try file.write(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  func finish() throws {
    try drain()
    try file.commit()
  }

  func discard() { file.discard() }
}

/// A zstd stage in front of another sink, with a checksum over the whole frame.
final class CompressedOutput: OutputSink {
  private let encoder: ZstdEncoder
  private let next: any OutputSink

  init(level: Int, into next: any OutputSink) throws {
    encoder = try ZstdEncoder(level: level)
    self.next = next
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    try encoder.write(bytes) { try next.write($0) }
  }

  func flush() throws {
    try encoder.flush { try next.write($0) }
    try next.flush()
  }

  func finish() throws {
    try encoder.finish { try next.write($0) }
    try next.finish()
  }

  func discard() {
    next.discard()
  }
}
