/// The content of a safetensors file: named arrays in their order, and texts about them.
///
/// The format is that of the `safetensors` project: eight bytes with the header's length, a
/// JSON header, then the arrays' bytes without gaps.
package struct SafetensorsFile: Equatable, Sendable {
  package var metadata: [String: String]
  /// Names are unique, and none is `__metadata__`.
  package var tensors: [NamedArray]

  package init(metadata: [String: String] = [:], tensors: [NamedArray] = []) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// The array of that name, if there is one.
  package subscript(name: String) -> NamedArray? {
    tensors.first { $0.name.utf8.elementsEqual(name.utf8) }
  }

  /// The exact bytes of the file; the same content always gives the same bytes.
  ///
  /// See `SafetensorsHeader` for the order of the arrays.
  package func serialised() -> [UInt8] {
    let header = SafetensorsHeader(
      metadata: metadata, arrays: tensors.map { ($0.name, $0.type, $0.shape) })
    let text = header.serialised()
    var output: [UInt8] = []
    output.reserveCapacity(text.count + header.dataBytes)
    output.append(contentsOf: text)
    for index in header.dataOrder { output.append(contentsOf: tensors[index].bytes) }
    return output
  }

  /// The fingerprint of the arrays that `isIncluded` picks: names, types, shapes and elements.
  ///
  /// Neither the order of the arrays nor the metadata matters.
  package func fingerprint(
    where isIncluded: (NamedArray) -> Bool = { _ in true }
  ) -> Fingerprint {
    var hasher = FingerprintHasher()
    let included = tensors.filter(isIncluded)
    for array in included.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      // Lengths before contents, so that no two lists of arrays give the same bytes.
      hasher.update(array.name.utf8.count)
      hasher.update(array.name.utf8)
      hasher.update(array.type.rawValue.utf8.count)
      hasher.update(array.type.rawValue.utf8)
      hasher.update(array.shape.count)
      for size in array.shape { hasher.update(size) }
      hasher.update(array.bytes)
    }
    return hasher.finish()
  }
}
