import ZonkeyPlatform

/// Figures in the form in which people read them.
enum ProgressText {
  /// A size in decimal units: `999 B`, `12.3 kB`, `1.2 GB`.
  static func bytes(_ count: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    var value = Double(max(count, 0))
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return unit == 0 ? "\(max(count, 0)) B" : "\(short(value)) \(units[unit])"
  }

  /// A length of time: `8 s`, `2 min 05 s`, `3 h 20 min`, `4 d 2 h`.
  static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
    let whole = Int(bounded: seconds.rounded())
    func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min \(twoDigits(whole % 60)) s"
    case ..<86_400: return "\(whole / 3600) h \(twoDigits(whole / 60 % 60)) min"
    default: return "\(whole / 86_400) d \(whole / 3600 % 24) h"
    }
  }

  /// A whole number with thin groups: `1 234 567`.
  static func count(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var result = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(" ") }
      result.append(digit)
    }
    return result
  }

  /// The line for a run over documents: how many, how much, how fast, how long still.
  ///
  /// `readBytes` and `totalBytes` are measured on the input as it lies on disk, so that the
  /// remaining time holds for compressed input too; nil when the size is not known.
  static func line(
    documentCount: Int, textBytes: Int, readBytes: Int, totalBytes: Int?, elapsedSeconds: Double
  ) -> String {
    var parts = ["\(count(documentCount)) documents", bytes(textBytes)]
    guard elapsedSeconds > 0 else { return parts.joined(separator: " · ") }
    parts.append("\(bytes(Int(bounded: Double(textBytes) / elapsedSeconds)))/s")
    if let totalBytes, totalBytes > 0, readBytes > 0 {
      let share = min(1, Double(readBytes) / Double(totalBytes))
      parts.append("\(Int(bounded: share * 100)) %")
      parts.append("\(duration(seconds: elapsedSeconds * (1 / share - 1))) left")
    }
    return parts.joined(separator: " · ")
  }

  /// A number with three decimals.
  static func decimal(_ value: Double) -> String {
    guard value.isFinite else { return "nan" }
    guard abs(value) < 1e15 else { return "\(value)" }
    let thousandths = Int(bounded: (abs(value) * 1000).rounded())
    let fraction = String(thousandths % 1000)
    return (value < 0 ? "-" : "") + "\(thousandths / 1000)."
      + String(repeating: "0", count: 3 - fraction.count) + fraction
  }

  private static func short(_ value: Double) -> String {
    value >= 99.95 ? String(Int(bounded: value.rounded())) : String((value * 10).rounded() / 10)
  }
}
