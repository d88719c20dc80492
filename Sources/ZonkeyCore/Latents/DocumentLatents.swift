public struct DocumentLatents: Sendable, Equatable {
  public var number: Int
  public var id: String?
  public var level: Int
  public var model: String
  public var width: Int
  public var values: [Float]
  public var starts: [Int]?
  public var inner: [[Int]]?
  public var byteCount: Int?
  public var count: Int { width > 0 ? values.count / width : 0 }

  public init(
    number: Int, id: String?, level: Int, model: String, width: Int, values: [Float],
    starts: [Int]?, inner: [[Int]]?, byteCount: Int?
  ) {
    self.number = number
    self.id = id
    self.level = level
    self.model = model
    self.width = width
    self.values = values
    self.starts = starts
    self.inner = inner
    self.byteCount = byteCount
  }
}
