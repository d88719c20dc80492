import CBZip2
import CLZMA
import CZlib
import CZstd
import ZonkeyBase

/// Makes compressed bytes with the C libraries, each as one frame, member or stream.
package enum Compress {
  package static func bytes(_ data: [UInt8], _ compression: Compression) -> [UInt8] {
    switch compression {
    case .plain: data
    case .zstd: zstd(data)
    case .gzip: gzip(data)
    case .bzip2: bzip2(data)
    case .xz: xz(data)
    }
  }

  package static func zstd(_ data: [UInt8], windowLog: Int32? = nil) -> [UInt8] {
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

  package static func gzip(_ data: [UInt8]) -> [UInt8] {
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

  package static func bzip2(_ data: [UInt8], level: Int32 = 1) -> [UInt8] {
    var data = data.map { CChar(bitPattern: $0) }
    var target = [CChar](repeating: 0, count: data.count + data.count / 100 + 1024)
    var count = UInt32(target.count)
    BZ2_bzBuffToBuffCompress(&target, &count, &data, UInt32(data.count), level, 0, 0)
    return target[..<Int(count)].map { UInt8(bitPattern: $0) }
  }

  package static func xz(_ data: [UInt8]) -> [UInt8] {
    var target = [UInt8](repeating: 0, count: lzma_stream_buffer_bound(data.count))
    var count = 0
    lzma_easy_buffer_encode(
      1, LZMA_CHECK_CRC64, nil, data, data.count, &target, &count, target.count)
    return Array(target[..<count])
  }
}
