/// One result for each piece that workers share out; pieces write to their own places only.
package final class ResultSlots<Value: Sendable>: @unchecked Sendable {
  private let slots: UnsafeMutablePointer<Value>
  private let count: Int

  package init(count: Int, initial: Value) {
    self.count = count
    slots = .allocate(capacity: count)
    slots.initialize(repeating: initial, count: count)
  }

  deinit {
    slots.deinitialize(count: count)
    slots.deallocate()
  }

  package subscript(index: Int) -> Value {
    get { slots[index] }
    set { slots[index] = newValue }
  }
}
