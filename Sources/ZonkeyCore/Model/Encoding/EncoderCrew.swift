import ZonkeyEngine

/// The encoders that work on one document together, each on a thread of its own.
///
/// At every level the probabilities of a step's units are independent of each other, and so are the
/// latents of its segments: these are shared out. Between them one thread chooses the starts, which
/// depend on all before them and take next to no time.
struct EncoderCrew {
  /// Keeps what all of them read.
  let lead: DocumentEncoder
  private let members: [DocumentEncoder]

  init(_ lead: DocumentEncoder, helpers: [DocumentEncoder]) {
    self.lead = lead
    members = [lead] + helpers
  }

  var zonkey: Zonkey { lead.zonkey }

  /// Segments whose latents are one piece of work: enough for some full groups.
  private static let pieceSegments = 256

  /// Calls `body` with runs of at most `length` neighbours of a range, on all threads.
  private func share(
    _ range: Range<Int>, by length: Int,
    _ body: (_ encoder: DocumentEncoder, _ run: Range<Int>) -> Void
  ) {
    Workers(count: members.count).forEachRun(of: range, length: length) { worker, _, run in
      body(members[worker], run)
    }
  }

  /// The probability of a start at the units of a range of the only document.
  private func probabilities(_ units: LevelUnits, _ range: Range<Int>) -> [Float] {
    let out = lead.results.empty(range.count, 1)
    share(range, by: lead.pieceRows) { encoder, run in
      let found = encoder.probabilities(units, run)[0]
      for (place, p) in zip(run, found) { out.values[place - range.lowerBound] = p }
    }
    return out.array
  }

  /// The latents of segments of the only document [N, C·D], row after row.
  private func latents(_ units: LevelUnits, _ segments: [DocumentSegment]) -> [Float] {
    let out = lead.results.empty(segments.count, units.level.configuration.latentWidth)
    share(segments.indices, by: Self.pieceSegments) { encoder, run in
      encoder.compress(segments[run], of: units, into: out.rows(run))
    }
    return out.array
  }
}

extension EncoderCrew {
  /// The segments of a level that its known units complete, and their latents.
  func advance(
    _ part: inout LevelPart, text: [UInt8], number: Int, isEnd: Bool, withLatents: Bool
  ) -> (segments: [Segment], latents: [Float]) {
    lead.results.reset()
    let (level, origin) = (part.level, part.origin)
    let units = units(of: part, text: text, isEnd: isEnd)
    let known = origin + part.p.count
    let ready = isEnd ? part.count : max(known, part.count - level.splitterReach)
    let found = probabilities(units, known - origin..<ready - origin)
    part.p += found
    part.openStarts += part.starts.next(
      known..<ready, allowed: { units.allowsStart(0, $0 - origin) },
      begins: lead.begins(found, from: known, level: level.index, number: number))

    // A segment is complete when the next start is known.
    let ranges = LevelUnits.ranges(part.openStarts, end: isEnd ? part.count : nil)
    let segments = ranges.map {
      Segment(
        level: level.index, start: part.byteOffset($0.lowerBound),
        end: part.byteOffset($0.upperBound),
        probability: $0.lowerBound == 0 ? 1 : part.p[$0.lowerBound - origin])
    }
    let latents =
      withLatents
      ? self.latents(
        units, ranges.map { (0, $0.lowerBound - origin..<$0.upperBound - origin) }) : []
    part.openStarts.removeFirst(ranges.count)
    part.drop(before: min(part.openStarts.first ?? ready, max(0, ready - level.splitterReach)))
    return (segments, latents)
  }

  private func units(of part: LevelPart, text: [UInt8], isEnd: Bool) -> LevelUnits {
    let isBeginning = part.origin == 0
    if part.level.index == 0 {
      return LevelUnits(
        texts: [text[part.origin..<part.count]], zonkey: zonkey, isBeginning: isBeginning,
        isEnd: isEnd, on: lead.results)
    }
    return LevelUnits(
      vectors: lead.results.constant(part.vectors, columns: part.level.configuration.width),
      level: part.level, isBeginning: isBeginning, isEnd: isEnd)
  }
}
