import ZonkeyCore

let zonkey = try Zonkey(path: CommandLine.arguments[1])
let texts = ["Segments are learned,", "not given."]
for text in try zonkey.split(texts) { print(text.pieces.joined(separator: "|")) }
let latents = try zonkey.encode(texts)
print(try zonkey.decode(latents))
print(try zonkey.generate(count: 2).count, "texts from noise")
let corpus = try Corpus(paths: [CommandLine.arguments[2]])
let trained = try Zonkey.train(on: corpus, steps: 2) {
  print($0.step, $0.loss); return true
}
try trained.write(to: CommandLine.arguments[3])
