import TestSupport
import Testing
import ZonkeyKernels

@Suite struct KernelShifts {
  /// Groups of kernel and channels, and the ends of sequences.
  static let cases: [(groups: [(Int32, Int32)], offsets: [Int32])] = [
    ([(3, 8), (5, 8), (7, 8), (9, 8)], [0, 1, 1, 5, 30]), ([(3, 64)], [0, 21, 22]),
    ([(1, 3), (4, 11)], [0, 7]), ([(3, 5)], [0]),
  ]

  @Test(arguments: cases.indices) func areThePlainSums(index: Int) {
    let (groups, offsets) = Self.cases[index]
    let (kernels, channels) = (groups.map(\.0), groups.map(\.1))
    let inputs = Int(groups.reduce(0) { $0 + $1.0 * $1.1 })
    let (outputs, rows) = (Int(channels.reduce(0, +)), Int(offsets.last ?? 0))
    var numbers = SeededNumbers(8)
    let (x, dout) = (numbers.floats(rows * inputs), numbers.floats(rows * outputs))
    let (start, dstart) = (numbers.floats(rows * outputs), numbers.floats(rows * inputs))
    var (expected, dexpected) = (doubles(start), doubles(dstart))
    for s in 0..<offsets.count - 1 {
      let range = Int(offsets[s])..<Int(offsets[s + 1])
      for row in range {
        var (column, target) = (0, 0)
        for (kernel, count) in zip(kernels.map(Int.init), channels.map(Int.init)) {
          for o in 0..<kernel where range.contains(row + o - kernel / 2) {
            for c in 0..<count {
              let from = (row + o - kernel / 2) * inputs + column + o * count + c
              let to = row * outputs + target + c
              expected[to] += Double(x[from])
              dexpected[from] += Double(dout[to])
            }
          }
          column += kernel * count
          target += count
        }
      }
    }
    var (out, dx) = (start, dstart)
    zk_shifted_sum_forward(x, offsets, offsets.count - 1, kernels, channels, groups.count, &out)
    zk_shifted_sum_backward(dout, offsets, offsets.count - 1, kernels, channels, groups.count, &dx)
    expectClose(out, expected)
    expectClose(dx, dexpected)
  }
}
