import ZonkeyCore
import ZonkeyPlatform

/// A run as an event file that TensorBoard opens: every number of the metrics as a scalar, start
/// probabilities as histograms, sample splits and texts as text.
///
/// The file has one record after the other: length, its checksum, an `Event` message, its checksum.
final class TensorBoardLog {
  private let file: AppendedFile

  /// Creates an event file in `folder`, and the folder when it is not there.
  init(folder: String) throws {
    try Folder.create(folder)
    let seconds = Int64(System.wallClockSeconds)
    file = try AppendedFile(
      path: "\(folder)/events.out.tfevents.\(seconds).\(System.hostName).\(getpid()).zk")
    try append { $0.string(3, "brain.Event:2") }
  }

  /// Every number of a row under the path of its keys, at a step.
  func scalars(_ row: JSONObject, step: Int) throws {
    let numbers = MetricPath.numbers(in: .object(row)).filter { $0.path != "step" }
    try summary(step: step) { summary in
      for (path, value) in numbers {
        summary.message(1) {
          $0.string(1, path)
          $0.float(2, Float(value))
        }
      }
    }
  }

  /// How values from 0 to 1 are spread, in 20 equal bins.
  func histogram(_ name: String, _ values: [Float], step: Int) throws {
    guard !values.isEmpty else { return }
    var bins = [Double](repeating: 0, count: 20)
    for value in values { bins[min(19, max(0, Int(min(max(value, 0), 1) * 20)))] += 1 }
    let doubles = values.map { Double($0) }
    try summary(step: step) { summary in
      summary.message(1) {
        $0.string(1, name)
        $0.message(5) {
          $0.double(1, doubles.min() ?? 0)
          $0.double(2, doubles.max() ?? 0)
          $0.double(3, Double(doubles.count))
          $0.double(4, doubles.reduce(0, +))
          $0.double(5, doubles.reduce(0) { $0 + $1 * $1 })
          $0.doubles(6, (1...20).map { Double($0) / 20 })
          $0.doubles(7, bins)
        }
      }
    }
  }

  func text(_ name: String, _ text: String, step: Int) throws {
    try summary(step: step) { summary in
      summary.message(1) {
        $0.string(1, name)
        $0.message(9) { $0.message(1) { $0.string(1, "text") } }
        // A tensor of one string, of rank 0.
        $0.message(8) {
          $0.varint(1, 7)
          $0.message(2) { _ in }
          $0.string(8, text)
        }
      }
    }
  }

  private func summary(step: Int, _ body: (inout ProtobufMessage) -> Void) throws {
    try append { event in
      event.varint(2, UInt64(max(0, step)))
      event.message(5, body)
    }
  }

  private func append(_ body: (inout ProtobufMessage) -> Void) throws {
    var event = ProtobufMessage()
    event.double(1, System.wallClockSeconds)
    body(&event)
    let length = withUnsafeBytes(of: UInt64(event.bytes.count).littleEndian) { Array($0) }
    try file.append(
      length + checksum(length) + event.bytes + checksum(event.bytes))
  }

  private func checksum(_ bytes: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: CRC32C.masked(bytes).littleEndian) { Array($0) }
  }
}

/// The numbers inside a row of metrics, each under the path of its keys.
enum MetricPath {
  /// `levels/0/patch` for the number under `levels`, first element, `patch`.
  static func numbers(in value: JSONValue, path: String = "") -> [(path: String, value: Double)] {
    let inside = path.isEmpty ? "" : path + "/"
    switch value {
    case .object(let object):
      return object.members.flatMap { numbers(in: $0.value, path: inside + $0.key) }
    case .array(let elements):
      return elements.enumerated().flatMap { numbers(in: $1, path: inside + String($0)) }
    default:
      return value.doubleValue.map { [(path, $0)] } ?? []
    }
  }
}
