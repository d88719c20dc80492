// libFuzzer over everything that reads what strangers write: `ZK_FUZZ_FORMAT=json zk-fuzz CORPUS`.
// A reader may throw whatever it likes; a trap, a hang, memory without bound, or a result that
// contradicts another is a find.

import ZonkeyPlatform

let wanted = System.environment("ZK_FUZZ_FORMAT") ?? ""
guard let chosen = Formats.all[wanted] else {
  print(Formats.all.keys.sorted().joined(separator: "\n"))
  exit(wanted.isEmpty ? 0 : 64)
}
Formats.chosen = chosen

/// What libFuzzer's own main calls, which is in the way of this one and must find it.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  do {
    try Formats.chosen(Array(UnsafeBufferPointer(start: start, count: count)))
  } catch {
    preconditionFailure("\(error)")
  }
  return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
exit(runDriver(&count, &arguments) { testOneInput($0, $1) })
