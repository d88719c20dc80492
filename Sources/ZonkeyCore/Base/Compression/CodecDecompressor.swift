/// A decoder of a C library that keeps its state in a struct with places for input and output.
protocol Codec {
  associatedtype State

  /// The struct before it is opened.
  static var initialState: State { get }
  /// Whether zero bytes after a stream are padding.
  static var skipsZeros: Bool { get }

  /// Begins a stream; false when there is no memory.
  static func open(_ state: UnsafeMutablePointer<State>) -> Bool
  static func close(_ state: UnsafeMutablePointer<State>)
  /// Sets what is decoded next, and where to; both fit 32 bits.
  static func give(
    _ state: UnsafeMutablePointer<State>, _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer)
  /// Decodes as far as input and output go.
  static func run(_ state: UnsafeMutablePointer<State>, atEnd: Bool) -> CodecStep
  /// How much of input and output the last run left.
  static func rest(_ state: State) -> (input: Int, output: Int)
}

/// How a run of a codec ended.
enum CodecStep {
  case more
  /// The stream is complete; another one may follow.
  case ended
  case failed(String)
}

/// Decodes concatenated streams with a codec, from one stream to the next.
final class CodecDecompressor<C: Codec>: Decompressor {
  private let state: UnsafeMutablePointer<C.State>
  private var isBetweenStreams = false

  /// `nil` when there is no memory.
  init?() {
    state = .allocate(capacity: 1)
    state.initialize(to: C.initialState)
    guard C.open(state) else {
      state.deallocate()
      return nil
    }
  }

  deinit {
    C.close(state)
    state.deallocate()
  }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, atEnd: Bool
  ) -> DecodeProgress {
    if isBetweenStreams {
      let padding = C.skipsZeros ? input.prefix { $0 == 0 }.count : 0
      if padding > 0 || input.isEmpty {
        return DecodeProgress(consumedBytes: padding, isComplete: true)
      }
      C.close(state)
      state.pointee = C.initialState
      guard C.open(state) else { return DecodeProgress(failure: "no memory") }
      isBetweenStreams = false
    }
    let given = UnsafeRawBufferPointer(rebasing: input.prefix(Int(UInt32.max)))
    let room = UnsafeMutableRawBufferPointer(rebasing: output.prefix(Int(UInt32.max)))
    C.give(state, given, room)
    let step = C.run(state, atEnd: atEnd && given.count == input.count)
    let rest = C.rest(state.pointee)
    var progress = DecodeProgress(
      consumedBytes: given.count - rest.input, producedBytes: room.count - rest.output)
    switch step {
    case .more: break
    case .ended:
      isBetweenStreams = true
      progress.isComplete = true
    case .failed(let reason): progress.failure = reason
    }
    return progress
  }
}
