// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] =
  [.swiftLanguageMode(.v6)]
  // For continuous integration; dependencies keep their warnings.
  + (Context.environment["ZK_WARNINGS"] == "error" ? [.treatAllWarnings(as: .error)] : [])

/// A room of the library: a target of its own, so that its arrows are imports that the compiler
/// checks.
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: "Zonkey\(name)", dependencies: dependencies, path: "Sources/ZonkeyCore/\(name)",
    swiftSettings: strict)
}

/// Tests run once after they were compiled: in release builds the compiler's time goes to what they
/// test. Nothing imports them, so their module comes out of the same run as their code.
let quickly: [SwiftSetting] =
  strict
  + [
    .unsafeFlags(
      ["-Onone", "-gnone", "-no-emit-module-separately-wmo", "-index-ignore-system-modules"],
      .when(configuration: .release))
  ]

/// What programs and tests over the library are compiled against. ZonkeyCore exports the rooms and
/// stays the same file when one of them changes: a target that named it alone would not be compiled
/// again, and would go on with the layout that types had before.
let rooms: [Target.Dependency] = [
  "ZonkeyCore", "ZonkeyTraining", "ZonkeyEvaluation", "ZonkeyModel", "ZonkeyText", "ZonkeyEngine",
  "ZonkeyBase", "ZonkeyPlatform",
]

let package = Package(
  name: "zk",
  products: [
    .executable(name: "zk", targets: ["zk"]),
    .library(name: "ZonkeyCore", targets: ["ZonkeyCore"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CBZip2", providers: [.apt(["libbz2-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLZMA", providers: [.apt(["liblzma-dev"])]),
    .systemLibrary(
      name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    // Loaded while the program runs, so that what does not train starts without it.
    .target(name: "COpenBLAS"),
    // What a build says of itself; linked anew when the program is installed.
    .target(name: "CBuild", dependencies: ["COpenBLAS"]),
    // Where a library that reaches other processes offers itself; see zk-mpi below.
    .target(name: "CExchange"),
    // Memory that cannot be had ends the program in order; only the program itself takes it on.
    .target(name: "CMemoryGuard"),
    // The numeric kernels keep their optimisation in debug builds too: tests run real sizes.
    .target(name: "ZonkeyKernels", cSettings: [.unsafeFlags(["-O3", "-fno-math-errno"])]),
    room("Platform", []),
    room("Base", ["ZonkeyPlatform", "CZstd", "CBZip2", "CZlib", "CLZMA"]),
    room("Text", ["ZonkeyBase", "ZonkeyPlatform", "CLibXML2"]),
    room("Engine", ["ZonkeyPlatform", "ZonkeyKernels", "COpenBLAS"]),
    room("Model", ["ZonkeyEngine", "ZonkeyBase", "ZonkeyPlatform", "ZonkeyKernels"]),
    room("Evaluation", ["ZonkeyModel", "ZonkeyEngine", "ZonkeyBase", "ZonkeyPlatform"]),
    room(
      "Training",
      [
        "ZonkeyModel", "ZonkeyText", "ZonkeyEngine", "ZonkeyBase", "ZonkeyPlatform",
        "ZonkeyKernels",
      ]),
    .target(
      name: "ZonkeyCore",
      dependencies: Array(rooms.dropFirst()), path: "Sources/ZonkeyCore/Core", swiftSettings: strict
    ),
    .executableTarget(
      name: "zk",
      dependencies: rooms + [
        "ZonkeyKernels", "CBuild", "CExchange", "CMemoryGuard",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      // The tests look inside; of the rooms, which are not built so, they see what is `package`.
      swiftSettings: strict + [.unsafeFlags(["-enable-testing"])]),
    .target(
      name: "TestSupport",
      dependencies: ["ZonkeyBase", "ZonkeyPlatform", "CZstd", "CBZip2", "CZlib", "CLZMA"],
      path: "Tests/TestSupport", swiftSettings: strict),
    // Optimised, as these compute in plain loops what the kernels compute.
    .testTarget(
      name: "KernelTests", dependencies: ["ZonkeyKernels", "ZonkeyPlatform", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ZonkeyCoreTests",
      dependencies: rooms + ["ZonkeyKernels", "TestSupport"],
      swiftSettings: quickly),
    .testTarget(
      name: "zkTests", dependencies: rooms + ["zk", "TestSupport"],
      swiftSettings: quickly),
  ]
)

// Who builds zk does not build its benchmarks; they are targets of this package because they
// measure parts that have `package` access.
if Context.environment["ZK_BENCHMARKS"] == "1" {
  package.targets += [
    .target(name: "AllocationCount", path: "Benchmarks/Sources/AllocationCount"),
    .executableTarget(
      name: "zk-bench",
      dependencies: rooms + [
        "AllocationCount",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Sources/zk-bench", swiftSettings: strict),
  ]
}

// The same program linked with MPI, for training on several machines: zk itself knows nothing of it.
if Context.environment["ZK_MPI"] == "1" {
  package.products.append(.executable(name: "zk-mpi", targets: ["zk", "CMPIExchange"]))
  package.targets += [
    .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .target(name: "CMPIExchange", dependencies: ["CExchange", "CMPI"]),
  ]
}

// The readers of what strangers write: libFuzzer tries them in a program of their own, for which
// `make fuzz` asks the compiler, and the tests replay its seeds. A file belongs to one target only.
package.targets.append(
  Context.environment["ZK_FUZZ"] == "1"
    ? .executableTarget(
      name: "zk-fuzz", dependencies: rooms, path: "Fuzz", exclude: ["SeedTests.swift"],
      swiftSettings: strict)
    : .testTarget(
      name: "FuzzTests", dependencies: rooms + ["TestSupport"], path: "Fuzz",
      exclude: ["main.swift"], swiftSettings: strict))
