import TestSupport
import CBZip2
import CLZMA
import CZlib
import CZstd
import ZonkeyPlatform
import ZonkeyCore

/// Makes compressed bytes with the C libraries, each as one frame, member or stream.
enum Compress {
  static func bytes(_ data: [UInt8], _ compression: Compression) -> [UInt8] {
    switch compression {
    case .plain: data
    case .zstd: zstd(data)
    case .gzip: gzip(data)
    case .bzip2: bzip2(data)
    case .xz: xz(data)
    }
  }

  static func zstd(_ data: [UInt8], windowLog: Int32? = nil) -> [UInt8] {
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    if let windowLog {
      ZSTD_CCtx_setParameter(context, ZSTD_c_enableLongDistanceMatching, 1)
      ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
      ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
    }
    var target = [UInt8](repeating: 0, count: ZSTD_compressBound(data.count) + 64)
    let count = target.withUnsafeMutableBytes { target in
      data.withUnsafeBytes { data in
        var input = ZSTD_inBuffer(src: data.baseAddress, size: data.count, pos: 0)
        var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        // Without an end in one step the frame does not know its size, so the window stands.
        _ = ZSTD_compressStream2(context, &output, &input, ZSTD_e_continue)
        while ZSTD_compressStream2(context, &output, &input, ZSTD_e_end) > 0 {}
        return output.pos
      }
    }
    return Array(target[..<count])
  }

  static func gzip(_ data: [UInt8]) -> [UInt8] {
    var data = data
    let capacity = data.count + data.count / 100 + 256
    var target = [UInt8](repeating: 0, count: capacity)
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    deflateInit2_(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    defer { deflateEnd(&stream) }
    return data.withUnsafeMutableBufferPointer { data in
      target.withUnsafeMutableBufferPointer { target in
        stream.next_in = data.baseAddress
        stream.avail_in = UInt32(data.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        deflate(&stream, Z_FINISH)
        return Array(target[..<(target.count - Int(stream.avail_out))])
      }
    }
  }

  static func bzip2(_ data: [UInt8], level: Int32 = 1) -> [UInt8] {
    var data = data.map { CChar(bitPattern: $0) }
    var target = [CChar](repeating: 0, count: data.count + data.count / 100 + 1024)
    var count = UInt32(target.count)
    BZ2_bzBuffToBuffCompress(&target, &count, &data, UInt32(data.count), level, 0, 0)
    return target[..<Int(count)].map { UInt8(bitPattern: $0) }
  }

  static func xz(_ data: [UInt8]) -> [UInt8] {
    var target = [UInt8](repeating: 0, count: lzma_stream_buffer_bound(data.count))
    var count = 0
    lzma_easy_buffer_encode(
      1, LZMA_CHECK_CRC64, nil, data, data.count, &target, &count, target.count)
    return Array(target[..<count])
  }
}

/// A stream over bytes that come in pieces of at most `pieceBytes`.
func stream(_ bytes: [UInt8], pieceBytes: Int = .max, source: String = "test") -> ByteStream {
  var position = 0
  return ByteStream(source: source, totalBytes: bytes.count) { target in
    let count = min(target.count, pieceBytes, bytes.count - position)
    target.copyBytes(from: bytes[position..<(position + count)])
    position += count
    return count
  }
}

/// What a stream gives until its end or its error.
func drain(
  _ stream: ByteStream, bufferBytes: Int = 1000
) -> (bytes: [UInt8], error: ZonkeyError?) {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: bufferBytes)
  while true {
    do throws(ZonkeyError) {
      let count = try read(stream, &buffer)
      if count == 0 { return (bytes, nil) }
      bytes.append(contentsOf: buffer[..<count])
    } catch {
      return (bytes, error)
    }
  }
}

private func read(_ stream: ByteStream, _ buffer: inout [UInt8]) throws(ZonkeyError) -> Int {
  let result = buffer.withUnsafeMutableBytes { target -> Result<Int, ZonkeyError> in
    do throws(ZonkeyError) {
      return .success(try stream.read(into: target))
    } catch {
      return .failure(error)
    }
  }
  return try result.get()
}

/// What a reader of files gave.
struct Reading {
  var documents: [Document] = []
  var error: ZonkeyError?
  var skipped: [String: Int] = [:]

  var texts: [String] { documents.map { String(decoding: $0.text, as: UTF8.self) } }
  /// The error's line and offset and whether it is about bad input.
  var place: [Int?] {
    switch error {
    case .badInput(_, let line, let offset, _), .tooLong(_, let line, let offset, _):
      return [line, offset]
    default: return []
    }
  }
  var reason: String {
    switch error {
    case .badInput(_, _, _, let reason): return reason
    case .otherContent(_, let content, _): return content
    case .tooLong(_, _, _, let limit): return "more than \(limit) bytes"
    default: return ""
    }
  }

  init(_ contents: [UInt8]..., options: ReaderOptions = ReaderOptions()) {
    let files = contents.map { TemporaryFile($0) }
    defer { withExtendedLifetime(files) {} }
    do throws(ZonkeyError) {
      let reader = try DocumentReader(paths: files.map(\.path), options: options)
      defer { skipped = reader.skipped }
      while let document = try reader.next() { documents.append(document) }
    } catch {
      self.error = error
    }
  }

  init(_ text: String, options: ReaderOptions = ReaderOptions()) {
    self.init(Array(text.utf8), options: options)
  }
}
