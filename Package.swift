// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6)]

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
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CBZip2", providers: [.apt(["libbz2-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLZMA", providers: [.apt(["liblzma-dev"])]),
    .systemLibrary(
      name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    // The numeric kernels keep their optimisation in debug builds too: tests run real sizes.
    .target(name: "ZonkeyKernels", cSettings: [.unsafeFlags(["-O3", "-fno-math-errno"])]),
    .target(
      name: "ZonkeyCore",
      dependencies: [
        "COpenBLAS", "CZstd", "CBZip2", "CZlib", "CLZMA", "CLibXML2", "ZonkeyKernels",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "zk",
      dependencies: [
        "ZonkeyCore",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ZonkeyCoreTests", dependencies: ["ZonkeyCore", "ZonkeyKernels"],
      swiftSettings: strict),
    .testTarget(name: "zkTests", dependencies: ["ZonkeyCore", "zk"], swiftSettings: strict),
  ]
)
