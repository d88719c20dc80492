import ZonkeyEngine

extension ZonkeyModel {
  /// First values of all parameters, a function of the seed.
  package func initialize(_ store: ParameterStore, random: RandomSource) {
    for (index, entry) in parameters.entries.enumerated() {
      let (target, count) = (store.values + entry.parameter.offset, entry.parameter.count)
      let key = random.key(0x1417, UInt64(index))
      switch entry.initialization {
      case .constant(let value): target.update(repeating: value, count: count)
      case .normal(let deviation):
        for (i, z) in random.normal(key, count: count).enumerated() { target[i] = deviation * z }
      case .uniform(let fanIn):
        let bound = 1 / Float(max(1, fanIn)).squareRoot()
        for (i, u) in random.uniform(key, count: count).enumerated() {
          target[i] = bound * (2 * u - 1)
        }
      }
    }
  }
}
