// swift-tools-version: 6.2
import PackageDescription

// The benchmarks measure parts of the library that have `package` access, from a package of their
// own, so that who builds zk does not build them. To the compiler a package is its
// `-package-name`, for which SwiftPM takes the name of the package's folder: zk's is given here
// instead of ours.
let folder = Context.packageDirectory.split(separator: "/").dropLast().last ?? "zk"
let packageName = folder.lowercased().enumerated().map { place, character in
  character.isLetter || (character.isNumber && place > 0) ? String(character) : "_"
}.joined()

let package = Package(
  name: "Benchmarks",
  dependencies: [
    .package(name: "zk", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .target(name: "AllocationCount"),
    .executableTarget(
      name: "zk-bench",
      dependencies: [
        "AllocationCount",
        .product(name: "ZonkeyCore", package: "zk"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      // Otherwise SwiftPM adds our own package's name, and the last one counts.
      packageAccess: false,
      swiftSettings: [
        .swiftLanguageMode(.v6), .unsafeFlags(["-package-name", packageName]),
      ]),
  ]
)
