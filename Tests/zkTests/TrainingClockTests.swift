import Synchronization
import Testing

@testable import zk

@Suite struct FigureTests {
  @Test(
    arguments: [
      (0, "0.000"), (-1.25, "-1.250"), (.nan, "nan"), (.infinity, "nan"),
      (1e14, "100000000000000.000"),
      (1e30, "1e+30"), (-3.4e38, "-3.4e+38"), (1e300, "1e+300"),
    ] as [(Double, String)])
  func anyNumberHasAFigure(value: Double, text: String) {
    #expect(ProgressText.decimal(value) == text)
    #expect(!ProgressText.duration(seconds: value).isEmpty)
  }
}

@Suite struct TrainingClockTests {
  private final class Time: Sendable {
    let seconds = Mutex(100.0)

    func pass(_ count: Double) { seconds.withLock { $0 += count } }
  }

  @Test func pausesDoNotCount() {
    let time = Time()
    let clock = TrainingClock { time.seconds.withLock { $0 } }
    let start = clock.seconds
    for _ in 0..<40 {
      time.pass(0.25)
      clock.beat()
    }
    #expect(clock.seconds - start == 10)
    // Nobody beats while the process is stopped.
    time.pass(3600)
    #expect(clock.seconds - start < 11)
    time.pass(1)
    clock.beat()
    time.pass(13)
    clock.beat()
    #expect(clock.seconds - start < 12)
    time.pass(1)
    #expect(clock.seconds - start > 11)
  }
}
