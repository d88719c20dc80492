import Testing
import ZonkeyCore

@Test func errorsNameThePlace() {
  let error = ZonkeyError.badInput(source: "a.jsonl", line: 3, offset: 17, reason: "bad UTF-8")
  #expect(error.description == "a.jsonl:3: byte 17: bad UTF-8")
}
