import Dispatch
import Synchronization
import Testing
import ZonkeyCore
import ZonkeyPlatform

@testable import zk

/// Collects what a stage in front of it writes.
private final class CollectedOutput: OutputSink {
  var bytes: [UInt8] = []
  var isFinished = false
  var isDiscarded = false

  func write(_ bytes: UnsafeRawBufferPointer) throws { self.bytes += bytes }
  func finish() throws { isFinished = true }
  func discard() { isDiscarded = true }
}

@Suite struct StandardOutputTests {
  /// Two ends of a pipe; SIGPIPE is ignored as the program does.
  private func withPipe(_ body: (_ reading: Int32, _ writing: Int32) throws -> Void) throws {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { if $0 >= 0 { close($0) } } }
    try body(ends[0], ends[1])
  }

  private func available(_ descriptor: Int32) -> Int {
    var count: Int32 = 0
    _ = ioctl(descriptor, UInt(FIONREAD), &count)
    return Int(count)
  }

  @Test func bytesComeWhenFlushed() throws {
    try withPipe { reading, writing in
      let output = StandardOutput(descriptor: writing, capacity: 8)
      try output.write("abc")
      #expect(available(reading) == 0)
      try output.flush()
      #expect(available(reading) == 3)
      try output.write("defgh")
      try output.write("ijkl")
      #expect(available(reading) == 8)
      try output.write("a long piece goes through at once")
      #expect(available(reading) == 12 + 33)
      try output.finish()
      try output.finish()
      var bytes = [UInt8](repeating: 0, count: 64)
      let count = read(reading, &bytes, bytes.count)
      #expect(
        String(decoding: bytes[..<count], as: UTF8.self)
          == "abcdefghijkla long piece goes through at once")
    }
  }

  @Test func discardedBytesNeverCome() throws {
    try withPipe { reading, writing in
      let output = StandardOutput(descriptor: writing)
      try output.write("abc")
      output.discard()
      try output.finish()
      #expect(available(reading) == 0)
    }
  }

  @Test func closedPipeIsABrokenPipe() throws {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    let output = StandardOutput(descriptor: ends[1])
    try output.write("abc")
    #expect(throws: BrokenPipe.self) { try output.flush() }
    try output.flush()
  }

  @Test func fullDiskIsAnInputOutputError() throws {
    let descriptor = open("/dev/full", O_WRONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let output = StandardOutput(descriptor: descriptor)
    try output.write("abc")
    #expect(
      throws: ZonkeyError.io(path: "standard output", reason: "No space left on device")
    ) { try output.finish() }
  }

  /// The reader has a thread of its own: those of tasks may all be busy with other tests.
  @Test func nonBlockingPipeIsWaitedFor() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    _ = fcntl(writing, F_SETFL, O_NONBLOCK)
    let total = 1 << 20
    let count = Mutex(0)
    let done = DispatchSemaphore(value: 0)
    DispatchQueue(label: "reader").async {
      var block = [UInt8](repeating: 0, count: 65_536)
      while count.withLock({ $0 }) < total {
        let part = read(reading, &block, block.count)
        if part <= 0 { break }
        count.withLock { $0 += part }
      }
      done.signal()
    }
    let output = StandardOutput(descriptor: writing)
    try output.write([UInt8](repeating: 7, count: total))
    try output.finish()
    done.wait()
    #expect(count.withLock { $0 } == total)
    close(reading)
    close(writing)
  }
}

@Suite struct CompressedOutputTests {
  @Test func streamsAreReadByZstd() throws {
    let sink = CollectedOutput()
    let output = try CompressedOutput(level: 3, into: sink)
    var text = ""
    for number in 0..<5000 { text += "row \(number)\n" }
    try output.write(text)
    try output.flush()
    let flushed = sink.bytes.count
    #expect(flushed > 0)
    try output.write("end\n")
    try output.finish()
    #expect(sink.isFinished)
    #expect(try ZstdCheck.decompressed(sink.bytes) == Array((text + "end\n").utf8))
  }

  @Test func emptyStreamIsAValidFrame() throws {
    let sink = CollectedOutput()
    try CompressedOutput(level: 1, into: sink).finish()
    #expect(try ZstdCheck.decompressed(sink.bytes) == [])
  }

  @Test func levelsOutOfRangeAreRefused() {
    #expect(throws: ZonkeyError.self) { try ZstdEncoder(level: 1000) }
  }

  @Test func discardIsPassedOn() throws {
    let sink = CollectedOutput()
    try CompressedOutput(level: 3, into: sink).discard()
    #expect(sink.isDiscarded)
  }
}

@Suite struct HostTests {
  /// As many as `nproc` says, also when only one is allowed.
  @Test func processorsAreThoseAllowed() throws {
    let counts = try runShell(
      "nproc; zk --version --verbose | sed -n 's/.*, \\([0-9]*\\) to compute.*/\\1/p'")
    let lines = counts.stdout.split(separator: "\n")
    #expect(lines.count == 2 && lines[0] == lines[1], "\(counts.stdout)")
    let one = try runShell("taskset -c 0 \"$ZK_UNDER_TEST\" --version --verbose")
    #expect(one.stdout.contains(", 1 to compute on"))
  }

  /// A word without a slash is looked for as a shell does.
  @Test func theProgramIsFoundAsItWasCalled() {
    #expect(DefaultModel.calledPath("sh")?.hasSuffix("sh") == true)
    #expect(DefaultModel.calledPath("/bin/sh") == DefaultModel.calledPath("sh"))
    #expect(DefaultModel.calledPath("no such program") == nil)
  }
}
