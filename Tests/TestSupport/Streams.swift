import ZonkeyBase

/// A stream over bytes that come in pieces of at most `pieceBytes`.
package func stream(_ bytes: [UInt8], pieceBytes: Int = .max, source: String = "test") -> ByteStream
{
  var position = 0
  return ByteStream(source: source, totalBytes: bytes.count) { target in
    let count = min(target.count, pieceBytes, bytes.count - position)
    target.copyBytes(from: bytes[position..<(position + count)])
    position += count
    return count
  }
}

/// What a stream gives until its end or its error.
package func drain(
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
