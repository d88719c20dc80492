#!/bin/sh
# Runs tests with the thread sanitizer. It does not see the standard library's Mutex, whose every use would be
# reported: the tests run on a copy of the package in which each module has one of its own over pthread's.
#
# usage: tsan.sh FILTER
set -eu

cd "$(dirname "$0")/.."
copy=.build-tsan/package
mkdir -p "$copy"
rm -rf "$copy/Sources" "$copy/Tests" "$copy/Fuzz"
cp -r Package.swift Sources Tests Fuzz man completions docs share scripts README.md "$copy"
cat >.build-tsan/PthreadMutex.swift <<'SWIFT'
import ZonkeyPlatform

/// The standard library's Mutex, over pthread's.
final class Mutex<Value>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

  init(_ value: Value) {
    pthread_mutex_init(mutex, nil)
    self.value.initialize(to: value)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    value.deinitialize(count: 1)
    value.deallocate()
  }

  func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value.pointee)
  }
}
SWIFT
grep -rlE 'Mutex[<(]' "$copy/Sources" "$copy/Tests" --include=*.swift \
  | sed -E 's#(Sources/ZonkeyCore/[^/]*|Sources/zk|Tests/[^/]*)/.*#\1#' | sort -u \
  | while read -r module; do cp .build-tsan/PthreadMutex.swift "$module"; done
# The replacement does not know the rules of regions, which the package itself is checked for.
older='.swiftLanguageMode(.v5), .enableUpcomingFeature("BareSlashRegexLiterals")'
sed -i "s/\.swiftLanguageMode(\.v6)/$older/" "$copy/Package.swift"
# Where the length of files is limited the sanitizer itself ends.
swift test -c release --disable-testable-imports --sanitize=thread --package-path "$copy" \
  --scratch-path .build-tsan/build --filter "$1" --skip aLimitOnFilesIsAFullDisk
