/// The genuine positions of the documents in a batch: rows `offset ..< offset + real`.
package struct DocumentExtent: Sendable, Equatable {
  package let offset: Int
  package let rows: Int
  package let real: Int

  package init(offset: Int, rows: Int, real: Int) {
    self.offset = offset
    self.rows = rows
    self.real = real
  }
}
