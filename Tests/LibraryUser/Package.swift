// swift-tools-version: 6.2
import PackageDescription

// Another package, as a user of the library has one: it names the library by version. The address
// is that of a repository with a tag; scripts/test-library.sh makes one.
let package = Package(
  name: "LibraryUser",
  dependencies: [
    .package(url: Context.environment["ZK_REPOSITORY"] ?? "", from: "1.0.0")
  ],
  targets: [
    .executableTarget(
      name: "LibraryUser", dependencies: [.product(name: "ZonkeyCore", package: "zk")])
  ]
)
