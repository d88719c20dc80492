import TestSupport
import Testing
import ZonkeyCore

import ZonkeyPlatform

@Suite struct CheckpointFileTests {
  @Test func writesAndReads() throws {
    try withTemporaryFolder { directory in
      let path = "\(directory)/model.zk"
      try CheckpointFile.write(sampleFile, to: path)
      #expect(try names(in: directory) == ["model.zk"])
      #expect(try CheckpointFile.read(path) == sampleFile)
      #expect(ZstdFrame.isZstd(try readBytes(path)))
      // A second one replaces the first.
      try CheckpointFile.write(SafetensorsFile(), to: path)
      #expect(try CheckpointFile.read(path) == SafetensorsFile())
      #expect(try names(in: directory) == ["model.zk"])
    }
  }

  @Test func readsPlainSafetensorsAndUnsizedFrames() throws {
    try withTemporaryFolder { directory in
      let path = "\(directory)/m.safetensors"
      try writeBytes(sampleFile.serialised(), to: path)
      let file = try CheckpointFile.read(path)
      #expect(file == sampleFile)
      #expect(file.tensors.allSatisfy { $0.path == path })
    }
  }

  /// Larger than the start that is looked at first, compressed and not.
  @Test func readsLargeFiles() throws {
    var random = SeededNumbers(5)
    let floats = (0..<700_000).map { _ in Float.random(in: -1...1, using: &random) }
    let file = SafetensorsFile(
      tensors: [NamedArray(name: "w", shape: [700, 1000], floats: floats)])
    try withTemporaryFolder { directory in
      try CheckpointFile.write(file, to: "\(directory)/a")
      // A frame header of RFC 8878: no single segment, and a window of 2^(10 + exponent) bytes.
      let frame = try readBytes("\(directory)/a")
      #expect(frame[4] & 0x20 == 0 && 10 + frame[5] >> 3 == 17)
      #expect(try CheckpointFile.read("\(directory)/a")["w"]?.floats() == floats)
      #expect(throws: ZonkeyError.self) {
        try CheckpointFile.read("\(directory)/a", limitBytes: 1000)
      }
      try writeBytes(file.serialised(), to: "\(directory)/b")
      #expect(try CheckpointFile.read("\(directory)/b") == file)
      #expect(throws: ZonkeyError.self) {
        try CheckpointFile.read("\(directory)/b", limitBytes: 1000)
      }
    }
  }

  @Test func readErrorsNameThePath() throws {
    expect(reading: "/nonexistent/m.zk") { if case .noInput = $0 { true } else { false } }
    expect(reading: "/tmp") { if case .noInput = $0 { true } else { false } }
    expect(reading: "") { if case .noInput = $0 { true } else { false } }
    expect(reading: "/dev/null") { if case .badModel = $0 { true } else { false } }
    try withTemporaryFolder { directory in
      try writeBytes(Array("Every line of this is text.\n".utf8), to: "\(directory)/t")
      expect(reading: "\(directory)/t") { if case .badModel = $0 { true } else { false } }
      // Text inside zstd is refused as soon as its first bytes are seen.
      try writeBytes(try ZstdFrame.compress(noise), to: "\(directory)/z")
      expect(reading: "\(directory)/z") {
        guard case .badModel(_, let reason) = $0 else { return false }
        return reason.contains("not a checkpoint")
      }
    }
  }

  @Test func writeErrorsNameThePath() throws {
    expect(writing: "/nonexistent/m.zk") { if case .cannotCreate = $0 { true } else { false } }
    expect(writing: "/tmp") { if case .cannotCreate = $0 { true } else { false } }
    expect(writing: "/tmp/") { if case .cannotCreate = $0 { true } else { false } }
    expect(writing: "/tmp/nonexistent/") { if case .cannotCreate = $0 { true } else { false } }
    expect(writing: "") { if case .cannotCreate = $0 { true } else { false } }
    expect(writing: "/dev/full") { if case .io = $0 { true } else { false } }
    try CheckpointFile.write(sampleFile, to: "/dev/null")
  }

  private var noise: [UInt8] { (0..<1_000_000).map { UInt8(32 + $0 * $0 % 89) } }

  private func expect(reading path: String, is matches: (ZonkeyError) -> Bool) {
    let error = #expect(throws: ZonkeyError.self) { try CheckpointFile.read(path) }
    #expect(error.map(matches) == true, "\(String(describing: error))")
    #expect(error?.description.hasPrefix(path + ": ") == true)
  }

  private func expect(writing path: String, is matches: (ZonkeyError) -> Bool) {
    let error = #expect(throws: ZonkeyError.self) {
      try CheckpointFile.write(sampleFile, to: path)
    }
    #expect(error.map(matches) == true, "\(String(describing: error))")
    #expect(error?.description.hasPrefix(path + ": ") == true)
  }
}

@Suite struct CheckpointAtomicFileTests {
  @Test func nothingIsThereBeforeCommit() throws {
    try withTemporaryFolder { directory in
      let file = try AtomicFile(path: "\(directory)/out")
      try file.write(Array("one".utf8))
      try file.write([])
      #expect(try names(in: directory) == [".out.\(getpid()).tmp"])
      try file.write(Array(" two".utf8))
      try file.commit()
      #expect(try names(in: directory) == ["out"])
      #expect(try readBytes("\(directory)/out") == Array("one two".utf8))
      file.discard()
      #expect(try names(in: directory) == ["out"])
    }
  }

  @Test func discardKeepsTheOldFile() throws {
    try withTemporaryFolder { directory in
      try writeBytes([1], to: "\(directory)/out")
      let file = try AtomicFile(path: "\(directory)/out")
      try file.write([2])
      file.discard()
      #expect(throws: ZonkeyError.self) { try file.write([3]) }
      #expect(throws: ZonkeyError.self) { try file.commit() }
      // Letting go of one does the same.
      try AtomicFile(path: "\(directory)/out").write([4])
      #expect(try names(in: directory) == ["out"])
      #expect(try readBytes("\(directory)/out") == [1])
    }
  }

  @Test func twoAtOnceDoNotMeet() throws {
    try withTemporaryFolder { directory in
      let first = try AtomicFile(path: "\(directory)/out")
      let second = try AtomicFile(path: "\(directory)/out")
      try first.write([1])
      try second.write([2])
      try second.commit()
      try first.commit()
      #expect(try readBytes("\(directory)/out") == [1])
      #expect(try names(in: directory) == ["out"])
    }
  }

  @Test(arguments: [0o600, 0o640, 0o755] as [mode_t])
  func permissionsAreKept(permissions: mode_t) throws {
    try withTemporaryFolder { directory in
      let path = "\(directory)/out"
      try writeBytes([1], to: path)
      chmod(path, permissions)
      let file = try AtomicFile(path: path)
      try file.write([2])
      try file.commit()
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == permissions)
      #expect(try readBytes(path) == [2])
    }
  }

  @Test func symbolicLinksAreFollowed() throws {
    try withTemporaryFolder { directory in
      try writeBytes([1], to: "\(directory)/real")
      symlink("real", "\(directory)/link")
      let file = try AtomicFile(path: "\(directory)/link")
      try file.write([2])
      try file.commit()
      #expect(try readBytes("\(directory)/real") == [2])
      var status = stat()
      #expect(lstat("\(directory)/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }
  }

  @Test func longAndUnusualNames() throws {
    try withTemporaryFolder { directory in
      let wanted = [String(repeating: "é", count: 127), "-", "e\u{301}\n ", ".hidden"]
      for name in wanted {
        let file = try AtomicFile(path: "\(directory)/\(name)")
        try file.commit()
      }
      #expect(try names(in: directory) == wanted.sorted())
    }
  }

  @Test func specialFilesAreWrittenDirectly() throws {
    let null = try AtomicFile(path: "/dev/null")
    try null.write([UInt8](repeating: 7, count: 100_000))
    try null.commit()

    let full = try AtomicFile(path: "/dev/full")
    let error = #expect(throws: ZonkeyError.self) { try full.write([1]) }
    guard case .io("/dev/full", let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("free some space"))
    // Later calls fail the same way.
    #expect(throws: ZonkeyError.io(path: "/dev/full", reason: reason)) { try full.commit() }
  }

  @Test func namedPipesAreWrittenDirectly() throws {
    try withTemporaryFolder { directory in
      let path = "\(directory)/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      let reader = open(path, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      let file = try AtomicFile(path: path)
      try file.write([1, 2, 3])
      try file.commit()
      var received = [UInt8](repeating: 0, count: 10)
      #expect(read(reader, &received, 10) == 3)
      #expect(received.prefix(3) == [1, 2, 3])
      #expect(try names(in: directory) == ["pipe"])
    }
  }

  @Test func descriptorsAreWrittenDirectly() throws {
    try withTemporaryFolder { directory in
      let path = "\(directory)/log"
      try writeBytes([1], to: path)
      let descriptor = open(path, O_WRONLY | O_APPEND)
      defer { close(descriptor) }
      let file = try AtomicFile(path: "/dev/fd/\(descriptor)")
      try file.write([2])
      try file.commit()
      #expect(try readBytes(path) == [1, 2])
    }
  }

  /// A limit on file sizes stands in for a disk that becomes full part-way.
  @Test func aFullDiskLeavesTheOldFile() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      try withTemporaryFolder { directory in
        let path = "\(directory)/out"
        try writeBytes([1], to: path)
        let file = try AtomicFile(path: path)
        #expect(throws: ZonkeyError.self) {
          try file.write([UInt8](repeating: 0, count: 200_000))
        }
        #expect(throws: ZonkeyError.self) { try file.commit() }
        #expect(try readBytes(path) == [1])
        #expect(try names(in: directory) == ["out"])
      }
    }
  }

  /// Killed at any moment, the path holds a complete checkpoint.
  @Test func killLeavesACompleteFile() async throws {
    let path = "/tmp/zk-checkpoint-kill-\(getpid()).zk"
    defer { unlink(path) }
    try CheckpointFile.write(numbered(0), to: path)
    var last: Int64 = 0
    for round in 1...3 {
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = path as String, round = round as Int] in
        killSelf(afterMicroseconds: UInt32(20_000 + round * 14_600))
        for step in 1...Int64.max { try CheckpointFile.write(numbered(step), to: path) }
      }
      let file = try CheckpointFile.read(path)
      let step = try #require(file["step"]).int64s()[0]
      #expect(file == numbered(step))
      last = max(last, step)
    }
    // At least one of the children came to write.
    #expect(last > 0)
    for name in try names(in: "/tmp") where name.hasPrefix(".zk-checkpoint-kill-\(getpid()).zk.") {
      unlink("/tmp/\(name)")
    }
  }
}

/// Ends this process from another thread, as `kill -9` would.
private func killSelf(afterMicroseconds delay: UInt32) {
  Task.detached {
    usleep(delay)
    kill(getpid(), SIGKILL)
  }
}

/// A checkpoint whose every element is its number.
private func numbered(_ step: Int64) -> SafetensorsFile {
  SafetensorsFile(tensors: [
    NamedArray(name: "step", shape: [1], int64s: [step]),
    NamedArray(
      name: "w", shape: [50_000], int64s: [Int64](repeating: step, count: 50_000)),
  ])
}
