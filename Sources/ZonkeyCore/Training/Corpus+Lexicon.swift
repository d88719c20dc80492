import ZonkeyBase
import ZonkeyEngine
import ZonkeyModel

extension Corpus {
  /// The lexicon of a model: the segments that crops of the corpus have most often, cut as for its
  /// training, in about `bytes` of text.
  ///
  /// Throws what reading the corpus throws, and `badInput` when it has too little text for one.
  public func lexicon(
    of zonkey: Zonkey, bytes: Int = 1 << 24, threads: Int
  ) throws -> Lexicon {
    let crops = crops(zonkey.configuration, seed: 0, passLimit: 1)
    let workers = Workers(count: threads)
    let encoders = try (0..<workers.count).map { _ in
      try DocumentEncoder(zonkey, options: SplitOptions())
    }
    var counts: [[UInt8]: Int] = [:]
    while true {
      var round: [Crop] = []
      // Which crops these are does not depend on how many are computed together.
      while crops.bytes < bytes, round.count < 32 * workers.count, let crop = try crops.draw() {
        round.append(crop)
      }
      if round.isEmpty { break }
      let found = ResultSlots<[[UInt8]]>(count: workers.count, initial: [])
      workers.forEachRun(of: round.indices, length: 32) { worker, number, run in
        found[number] = encoders[worker].segments(of: round[run])
      }
      for segment in (0..<workers.count).lazy.flatMap({ found[$0] }) {
        counts[segment, default: 0] += 1
      }
    }
    let lexicon = Lexicon(counted: counts)
    guard !lexicon.segments.isEmpty else {
      throw ZonkeyError.badInput(
        source: name, line: nil, offset: nil, reason: "it has too little text for a lexicon")
    }
    return lexicon
  }
}

extension DocumentEncoder {
  /// The segments of crops: where a crop goes on, its last one is cut.
  fileprivate func segments(of crops: ArraySlice<Crop>) -> [[UInt8]] {
    zip(crops, encode(crops.map(\.bytes))).flatMap { crop, encoded in
      encoded.segments[0].dropLast(crop.complete ? 0 : 1).map {
        Array(crop.bytes[$0.start..<$0.end])
      }
    }
  }
}
