import Testing

@testable import zk

@Suite struct MetricChartTests {
  /// Neighbours on an axis never look the same, and whole numbers are whole.
  @Test(
    arguments: [
      (0.02831, 0.0003, "0.0283"), (13.187, 0.09, "13.19"), (13.0, 0.09, "13.00"),
      (18170, 8037, "18 170"), (292.5, 40.5, "293"), (-1.25, 0.5, "-1.3"), (-0.04, 0.5, "0.0"),
      (0, 1e-9, "0.000000"), (0.00018, 8e-5, "1.8e-4"), (1.2e7, 1e6, "1.2e7"), (.nan, 1, ""),
    ] as [(Double, Double, String)])
  func labelsTellNeighboursApart(value: Double, apart: Double, label: String) {
    #expect(MetricChart.label(value, apart: apart) == label)
  }
}
