import ZonkeyModel

extension TrainingStep.Result {
  /// The mean of the figures of an update's batches; what is counted is added up.
  static func mean(of results: [TrainingStep.Result]) -> TrainingStep.Result {
    guard results.count != 1, var mean = results.first else {
      return results.first ?? TrainingStep.Result()
    }
    let share = 1 / Float(results.count)
    func averages(_ values: (TrainingStep.Result) -> [Float]) -> [Float] {
      var sums = values(mean).map { _ in Float(0) }
      for result in results {
        for (place, value) in values(result).enumerated() where place < sums.count {
          sums[place] += share * value
        }
      }
      return sums
    }
    func averages(
      _ losses: (TrainingStep.Result) -> [[LossName: Float]]
    ) -> [[LossName: Float]] {
      var sums = losses(mean).map { _ in [LossName: Float]() }
      for result in results {
        for (level, named) in losses(result).enumerated() where level < sums.count {
          for (name, value) in named { sums[level][name, default: 0] += share * value }
        }
      }
      return sums
    }
    for level in mean.meanLatents.keys {
      mean.meanLatents[level] = averages { $0.meanLatents[level] ?? [] }
    }
    (mean.losses, mean.undivided) = (averages(\.losses), averages(\.undivided))
    mean.meanBoundary = averages(\.meanBoundary)
    mean.total = averages { [$0.total] }[0]
    for result in results.dropFirst() {
      mean.segments = zip(mean.segments, result.segments).map { $0 &+ $1 }
      mean.rows = zip(mean.rows, result.rows).map { $0 &+ $1 }
    }
    return mean
  }
}

extension TrainingStep.Result {
  /// Everything that an update needs to know of a batch, for another rank.
  var words: [UInt32] {
    var list: [UInt32] = [UInt32(truncatingIfNeeded: losses.count), total.bitPattern]
    for level in losses.indices {
      for named in [losses[level], undivided[level]] {
        for name in LossName.allCases {
          list += [named[name] == nil ? 0 : 1, (named[name] ?? 0).bitPattern]
        }
      }
      list.append(meanBoundary[level].bitPattern)
      for count in [segments[level], rows[level]] {
        list += [UInt32(truncatingIfNeeded: count), UInt32(truncatingIfNeeded: count >> 32)]
      }
      let latents = meanLatents[level]
      list += [latents == nil ? 0 : 1, UInt32(truncatingIfNeeded: latents?.count ?? 0)]
      list += (latents ?? []).map(\.bitPattern)
    }
    return list
  }

  /// Takes the next result from words that `words` made; `nil` when they are something else.
  init?(_ words: inout ArraySlice<UInt32>) {
    self.init()
    func count() -> Int? { words.popFirst().map { Int($0) } }
    func float() -> Float? { words.popFirst().map { Float(bitPattern: $0) } }
    func named() -> [LossName: Float]? {
      var named: [LossName: Float] = [:]
      for name in LossName.allCases {
        guard let isThere = count(), let value = float() else { return nil }
        if isThere == 1 { named[name] = value }
      }
      return named
    }
    guard let levels = count(), let total = float() else { return nil }
    self.total = total
    for level in 0..<levels {
      guard let losses = named(), let undivided = named(), let boundary = float(),
        let segments = count(), let more = count(), let rows = count(), let moreRows = count(),
        let isCentred = count(), let width = count(), width <= words.count
      else { return nil }
      self.losses.append(losses)
      self.undivided.append(undivided)
      meanBoundary.append(boundary)
      self.segments.append(segments | more << 32)
      self.rows.append(rows | moreRows << 32)
      if isCentred == 1 {
        meanLatents[level] = words.prefix(width).map { Float(bitPattern: $0) }
        words = words.dropFirst(width)
      }
    }
  }
}
