import Synchronization

/// The temporary files that the process has, for a signal's handler to remove.
package enum TemporaryFiles {
  /// A registered file.
  package struct Entry: Sendable {
    fileprivate let slot: Int
  }

  private static let slotCount = 64
  /// Addresses of C strings; 0 is an empty place. Made once and never given back.
  nonisolated(unsafe) private static let slots: UnsafeMutablePointer<Atomic<UInt>> = {
    let slots = UnsafeMutablePointer<Atomic<UInt>>.allocate(capacity: slotCount)
    for slot in 0..<slotCount { (slots + slot).initialize(to: Atomic(0)) }
    return slots
  }()

  /// Remembers a file; nil when there are too many, which then are only removed in order.
  package static func add(_ path: String) -> Entry? {
    guard let copy = System.withName(path, { strdup($0) }) else { return nil }
    let address = UInt(bitPattern: copy)
    for slot in 0..<slotCount {
      let (isFree, _) = slots[slot].compareExchange(
        expected: 0, desired: address, ordering: .acquiringAndReleasing)
      if isFree { return Entry(slot: slot) }
    }
    free(copy)
    return nil
  }

  /// Forgets a file that is gone or has its name.
  ///
  /// The string is not given back: a handler on another thread may be reading it.
  package static func forget(_ entry: Entry?) {
    if let entry { slots[entry.slot].store(0, ordering: .releasing) }
  }

  /// Removes all of them. A signal's handler may call it, if `prepare` was called before.
  package static func removeAll() {
    for slot in 0..<slotCount {
      let address = slots[slot].load(ordering: .acquiring)
      if let path = UnsafePointer<CChar>(bitPattern: address) { unlink(path) }
    }
  }

  /// Makes the list, which a handler must not do.
  package static func prepare() { _ = slots }
}
