// swift-tools-version: 6.2
import PackageDescription

// Another package, as a user of the library has one: it names the library by version. The address
// is that of a repository with a tag. Its programs are the articles of the library's documentation;
// scripts/test-library.sh makes both.
let programs = ["UsingAModel", "TrainingAModel"]

let package = Package(
  name: "LibraryUser",
  dependencies: [
    .package(url: Context.environment["ZK_REPOSITORY"] ?? "", from: "1.0.0")
  ],
  targets: programs.map {
    .executableTarget(name: $0, dependencies: [.product(name: "ZonkeyCore", package: "zk")])
  }
)
