import ZonkeyBase

/// Takes from a line what dropped markup left in its punctuation.
enum LineTidying {
  /// A line without empty brackets, doubled commas and blanks before stops.
  static func tidied(_ line: ArraySlice<UInt8>) -> [UInt8] {
    var bytes = Array(line)
    let count = bytes.withUnsafeMutableBufferPointer { tidy(&$0) }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Which are the first bytes of the marks that are looked at: ( ) , . and wide ones.
  private static func areMarks(_ block: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> {
    let narrow = block.with(1).equals(0x29) .| block.with(2).equals(0x2E)
    return narrow .| block.equals(0xE3) .| block.equals(0xEF)
  }

  /// Moves what stays of a line to its beginning; returns how many bytes that is.
  private static func tidy(_ line: inout UnsafeMutableBufferPointer<UInt8>) -> Int {
    var (index, end) = (0, 0)
    func isLast(_ byte: UInt8) -> Bool { end > 0 && line[end - 1] == byte }
    while index < line.count {
      let begin = index
      index = UnsafeRawBufferPointer(line).firstIndex(from: index) { areMarks($0) }
      if index > begin {
        if begin > end, let base = line.baseAddress {
          (base + end).update(from: base + begin, count: index - begin)
        }
        end += index - begin
        continue
      }
      let byte = line[index]
      index += 1
      switch byte {
      case 0x28:
        let begin = index
        while index < line.count, line[index].isLooseMark { index += 1 }
        if index < line.count, line[index] == 0x29 {
          // After a word, as in `main()`, they are the text's own.
          if index == begin, end > 0, line[end - 1].isASCIILetterOrDigit || isLast(0x5F) {
            index = begin
          } else {
            index += 1
            if isLast(0x20) { end -= 1 }
            continue
          }
        }
      case 0x29:
        while end > 0, line[end - 1].isLooseMark, line[end - 1] != 0x3A { end -= 1 }
        if isLast(0x28), end > 1, !line[end - 2].isASCIILetterOrDigit {
          end -= line[end - 2] == 0x20 ? 2 : 1
          continue
        }
      case 0x2C, 0x2E:
        let isEnd = index == line.count || line[index] == 0x20
        if isEnd, isLast(0x20) { end -= 1 }
        if byte == 0x2C, isLast(0x2C) { continue }
      case 0xE3, 0xEF:
        if let skipped = wideMark(line, index, &end) {
          index += skipped
          continue
        }
      default: break
      }
      line[end] = byte
      end += 1
    }
    return end
  }

  /// A comma of Chinese and Japanese after another, or after their opening parenthesis, and a
  /// closing parenthesis after that: how many bytes of it are still to be passed over.
  private static func wideMark(
    _ line: UnsafeMutableBufferPointer<UInt8>, _ index: Int, _ end: inout Int
  ) -> Int? {
    guard index + 1 < line.count else { return nil }
    let mark = (line[index - 1], line[index], line[index + 1])
    func endsWith(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> Bool {
      end > 2 && line[end - 3] == a && line[end - 2] == b && line[end - 1] == c
    }
    let isAfterOpening = endsWith(0xEF, 0xBC, 0x88)
    let isAfterComma =
      endsWith(0xE3, 0x80, 0x81) || endsWith(0xEF, 0xBC, 0x8C) || endsWith(0xEF, 0xBC, 0x9B)
    switch mark {
    case (0xE3, 0x80, 0x81), (0xEF, 0xBC, 0x8C), (0xEF, 0xBC, 0x9B):
      return isAfterOpening || (isAfterComma && mark.0 == 0xE3) ? 2 : nil
    case (0xEF, 0xBC, 0x89):
      if isAfterComma { end -= 3 }
      guard endsWith(0xEF, 0xBC, 0x88) else { return nil }
      end -= 3
      return 2
    default: return nil
    }
  }
}
