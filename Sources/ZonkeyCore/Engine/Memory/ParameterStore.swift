import Synchronization
import ZonkeyKernels
import ZonkeyPlatform

/// A parameter's place in the store: a matrix [rows, columns] of learned floats.
package struct Parameter: Sendable, Equatable {
  package let offset: Int
  package let rows: Int
  package let columns: Int
  package var count: Int { rows * columns }
  package var range: Range<Int> { offset..<offset + count }

  /// Some of its rows, as a parameter of its own.
  package func rows(_ range: Range<Int>) -> Parameter {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "row range outside parameter")
    return Parameter(
      offset: offset + range.lowerBound * columns, rows: range.count, columns: columns)
  }

  /// Some columns of a parameter of one row, as a parameter of its own.
  package func columns(_ range: Range<Int>) -> Parameter {
    precondition(
      rows == 1 && range.lowerBound >= 0 && range.upperBound <= columns,
      "column range outside parameter")
    return Parameter(offset: offset + range.lowerBound, rows: 1, columns: range.count)
  }
}

/// How a parameter starts.
package enum Initialization: Sendable, Equatable {
  case constant(Float)
  case normal(Float)
  /// Uniform in ±1/√fanIn, PyTorch's default for linear maps and convolutions.
  case uniform(fanIn: Int)
}

/// The names, shapes and first values of all parameters, in the order in which modules declare them.
package struct ParameterList: Sendable {
  package struct Entry: Sendable {
    package let name: String
    package let parameter: Parameter
    package let initialization: Initialization
  }
  package private(set) var entries: [Entry] = []
  package private(set) var count = 0

  package init() {}

  /// Learned numbers, without what fills up lines.
  package var learnedCount: Int { entries.reduce(0) { $0 + $1.parameter.count } }

  package mutating func add(
    _ name: String, _ rows: Int, _ columns: Int, _ initialization: Initialization
  ) -> Parameter {
    let parameter = Parameter(offset: count, rows: rows, columns: columns)
    entries.append(Entry(name: name, parameter: parameter, initialization: initialization))
    // Every parameter starts on a 64-byte line, for aligned loads.
    count += (parameter.count + 15) & ~15
    return parameter
  }
}

/// One flat, aligned array of floats for all parameters: weights, gradients or optimiser state.
package final class ParameterStore: @unchecked Sendable {
  package let count: Int
  package let values: UnsafeMutablePointer<Float>
  /// What `values` lies in, on a 64-byte line.
  private let memory: UnsafeMutableRawPointer

  package init(count: Int) {
    self.count = count
    let bytes = max(1, count) * MemoryLayout<Float>.stride
    // Its pages are zeros without being touched first.
    guard let raw = calloc(1, bytes + 64) else {
      preconditionFailure("no memory for \(bytes) bytes of parameters")
    }
    memory = raw
    values = raw.alignedUp(toMultipleOf: 64).bindMemory(to: Float.self, capacity: max(1, count))
  }

  deinit { free(memory) }

  package func clear() { values.update(repeating: 0, count: count) }

  /// Calls `body` for runs of 64 Ki numbers of all or of a part, shared out to workers.
  package func forEachRun(
    of part: Range<Int>? = nil, on workers: Workers,
    _ body: (_ run: Int, _ range: Range<Int>) -> Void
  ) {
    workers.forEachRun(of: part ?? 0..<count, length: 1 << 16) { body($1, $2) }
  }

  /// The Euclidean norm of all numbers, or of a part, the same for any number of workers.
  package func norm(of part: Range<Int>? = nil, on workers: Workers) -> Double {
    let squares = Mutex<[Int: Double]>([:])
    forEachRun(of: part, on: workers) { run, range in
      let (x, count) = (values + range.lowerBound, range.count)
      let square = zk_dot(x, x, count)
      squares.withLock { $0[run] = square }
    }
    return squares.withLock { $0 }.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value }
      .squareRoot()
  }

  package func copy(from other: ParameterStore) {
    precondition(other.count == count, "stores differ in size")
    values.update(from: other.values, count: count)
  }

  package func array(_ parameter: Parameter) -> [Float] {
    Array(UnsafeBufferPointer(start: values + parameter.offset, count: parameter.count))
  }
}
