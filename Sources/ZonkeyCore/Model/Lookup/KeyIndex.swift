/// Keys in the order in which they came, and where each is.
struct KeyIndex {
  private(set) var keys = LookupKeys()
  /// Hashed with open addressing: the number of a key, -1 is none, and the upper half of its hash,
  /// without which every key on the way would have to be fetched.
  private var slots: ContiguousArray<(number: Int32, hash: UInt32)>

  /// Room for so many keys.
  init(capacity: Int) {
    var size = 1
    while size < 2 * capacity { size *= 2 }
    slots = ContiguousArray(repeating: (-1, 0), count: size)
  }

  /// The number of a key of `others`, nil when it is not there; and the slot where it is or would be.
  func find(_ other: Int, hash: UInt64, of others: LookupKeys) -> (number: Int?, slot: Int) {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot].number >= 0 {
      let number = Int(slots[slot].number)
      if slots[slot].hash == UInt32(hash >> 32), keys.isSame(number, as: other, of: others) {
        return (number, slot)
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return (nil, slot)
  }

  /// Adds a key of `others` that is not there at the slot where it would be.
  mutating func add(_ other: Int, hash: UInt64, of others: LookupKeys, slot: Int) {
    slots[slot] = (Int32(keys.count), UInt32(hash >> 32))
    keys.append(other, of: others)
  }

  mutating func removeAll() {
    keys.removeAll()
    for slot in slots.indices { slots[slot].number = -1 }
  }
}
