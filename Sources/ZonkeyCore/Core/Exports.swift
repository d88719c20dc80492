// The library is one module to its users; its rooms are modules so that each arrow between them is
// an import that the compiler checks.

@_exported import ZonkeyBase
@_exported import ZonkeyEngine
@_exported import ZonkeyEvaluation
@_exported import ZonkeyModel
@_exported import ZonkeyText
@_exported import ZonkeyTraining
