import Testing
import ZonkeyCore

/// Matrices of numpy that are damaged, of another kind, or do not fit the rows of their documents.
@Suite struct LatentsNpyTests {
  /// A matrix of one column in half precision, whose numbers are all 1, and rows behind it.
  private func npy(_ text: String, count: Int = 1, rows: String = "") -> [UInt8] {
    let length = [UInt8(text.utf8.count & 0xFF), UInt8(text.utf8.count >> 8)]
    let data = (0..<count).flatMap { _ in [0, 0x3C] as [UInt8] }
    return [0x93] + Array("NUMPY".utf8) + [1, 0] + length + Array(text.utf8) + data
      + Array(rows.utf8)
  }

  private func header(_ type: String = "'<f2'", shape: String = "(1,1)") -> String {
    "{'descr':\(type),'fortran_order':False,'shape':\(shape)}"
  }

  private func row(_ number: Int, count: Int, width: Int = 1, bytes: Int = 9) -> String {
    let starts = (0..<count).map(String.init).joined(separator: ",")
    return "{\"doc\":\(number),\"level\":0,\"shape\":[\(count),\(width)],\"starts\":[\(starts)],"
      + "\"bytes\":\(bytes),\"model\":\"0123456789abcdef\"}\n"
  }

  @Test(arguments: [
    ("'<f8'", "convert"), ("'>f4'", "convert"), ("[('latent','<f4')]", "plain floats"),
    ("7", "plain floats"), ("None", "plain floats"), ("'<f2'}", "damaged"), ("['", "damaged"),
    ("'\\x41'", "damaged"), ("[,]", "damaged"), ("[99999999999999999999]", "damaged"),
    ("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", "damaged"),
  ])
  func badNpyHeader(type: String, reason: String) {
    let reading = LatentsReading(npy(header(type), rows: row(1, count: 1)))
    #expect(reading.reason.contains(reason), "\(reading.reason)")
    #expect(reading.place == [nil, 10])
  }

  @Test(arguments: [
    "()", "(1,)", "(-1,1)", "1", "(1)", "None", "('1',1)", "(9223372036854775807,1)", "(1,0)",
    "(1,1,1)", "(1,9223372036854775807)", "(2,1)",
  ])
  func badNpyShape(shape: String) {
    #expect(LatentsReading(npy(header(shape: shape), rows: row(1, count: 1))).error != nil)
  }

  @Test func npyByColumnsIsRefused() {
    let text = header().replacing("False", with: "True")
    #expect(LatentsReading(npy(text, rows: row(1, count: 1))).reason.contains("column by column"))
  }

  @Test func npyRowsMustFitTheMatrix() {
    let two = header(shape: "(2,1)")
    func reason(_ rows: String) -> String { LatentsReading(npy(two, count: 2, rows: rows)).reason }
    #expect(reason("").contains("the matrix alone"))
    #expect(reason(row(1, count: 1)).contains("1 rows of the matrix belong to no document"))
    #expect(reason(row(1, count: 3)).contains("2 rows are left"))
    #expect(reason(row(1, count: 2, width: 2)).contains("rows of 1 numbers"))
    #expect(reason(row(1, count: 2, bytes: 0)).contains("0 bytes"))
    #expect(reason("[]\n").contains("not an object"))
    let good = LatentsReading(npy(two, count: 2, rows: row(1, count: 1) + row(2, count: 1)))
    #expect(good.error == nil && good.documents.count == 2)
  }

  @Test func npyPlaces() {
    let data = 10 + header().utf8.count
    var file = npy(header(), rows: row(1, count: 1))
    file[data + 1] = 0x7C
    let bad = LatentsReading(file)
    #expect(bad.reason.contains("not a finite") && bad.place == [nil, data])
    let version = LatentsReading([0x93] + Array("NUMPY".utf8) + [4, 0, 0, 0])
    #expect(version.reason.contains("version 4") && version.place == [nil, 6])
    let huge = LatentsReading([0x93] + Array("NUMPY".utf8) + [2, 0, 255, 255, 255, 255])
    #expect(huge.reason.contains("header of 4294967295 bytes"))
  }
}
