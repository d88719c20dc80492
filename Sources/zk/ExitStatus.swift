import ZonkeyCore

/// How the program ends; the numbers follow `sysexits.h` where it has one.
struct ExitStatus: RawRepresentable, Error, Equatable, Sendable {
  let rawValue: Int32

  static let done = ExitStatus(rawValue: 0)
  static let failure = ExitStatus(rawValue: 1)
  /// Everything was read, but some documents were skipped as invalid.
  static let skipped = ExitStatus(rawValue: 2)
  static let usage = ExitStatus(rawValue: 64)
  static let badData = ExitStatus(rawValue: 65)
  static let noInput = ExitStatus(rawValue: 66)
  static let internalError = ExitStatus(rawValue: 70)
  static let cannotCreate = ExitStatus(rawValue: 73)
  static let inputOutput = ExitStatus(rawValue: 74)

  /// The status of a run that `signal` ended: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP.
  static func ended(by signal: Int32) -> ExitStatus {
    ExitStatus(rawValue: 128 + signal)
  }
}

extension ExitStatus {
  /// What each status means, as help and manual pages say it.
  static let table: [(status: ExitStatus, meaning: String)] = [
    (.done, "Done; also when the reader of the output went away."),
    (.failure, "Failure, such as a training run that diverged."),
    (.skipped, "Done, but some documents were skipped as invalid."),
    (.usage, "Wrong usage: an option, a value or a setting."),
    (.badData, "Bad data: the input, a checkpoint or latents."),
    (.noInput, "An input is not there or may not be read."),
    (.internalError, "Internal error; please report it."),
    (.cannotCreate, "An output cannot be created."),
    (.inputOutput, "Reading or writing failed, as on a full disk."),
    (.ended(by: 2), "Ended by SIGINT, as by Ctrl-C."),
    (.ended(by: 15), "Ended by SIGTERM."),
  ]

  /// The table as a block of a help text.
  static var helpBlock: String {
    table.reduce("Exit status:") { text, row in
      let number = String(row.status.rawValue)
      return text + "\n  " + number + String(repeating: " ", count: 5 - number.count) + row.meaning
    }
  }
}

extension ExitStatus {
  /// The one table from what went wrong to the status that says so.
  init(_ error: ZonkeyError) {
    switch error {
    case .badInput, .otherContent, .tooLong, .badModel, .otherModel, .wrongWidth: self = .badData
    case .noInput: self = .noInput
    case .badConfiguration, .noLevel: self = .usage
    case .cannotCreate: self = .cannotCreate
    case .io: self = .inputOutput
    case .diverged: self = .failure
    }
  }
}

extension ZonkeyError {
  /// What to do about it, in terms of the program's options; empty where the error says it all.
  var advice: String {
    switch self {
    case .otherContent(_, _, isText: true): "; --input-format lines reads it as it is"
    case .tooLong: "; raise it with --max-document, or cut the text into smaller documents"
    case .otherModel: "; name the one that encoded them with --model"
    default: ""
    }
  }
}

/// The reader of the output went away; the run ends quietly and counts as done.
struct BrokenPipe: Error {}

/// A signal asked the run to end, and the command has tidied up.
struct Interruption: Error, Equatable {
  let signal: Int32
}
