#!/bin/sh
# Runs the tests with counters and prints the share of lines that they run, room by room. Tests of the
# program run it as a process of its own, whose counts are gathered too.
set -eu

cd "$(dirname "$0")/.."
build=.build-coverage
tools=$(dirname "$(readlink -f "$(command -v swift)")")
flags="-c release --scratch-path $build"
swift build $flags --build-tests -Xswiftc -profile-generate -Xswiftc -profile-coverage-mapping
rm -rf "$build/profiles"
mkdir "$build/profiles"
LLVM_PROFILE_FILE="$PWD/$build/profiles/%p-%m.profraw" swift test $flags --skip-build \
  --disable-testable-imports -Xswiftc -profile-generate -Xswiftc -profile-coverage-mapping
# Of processes that tests kill, what they had written may be no profile.
"$tools/llvm-profdata" merge -sparse --failure-mode=all "$build"/profiles/*.profraw -o "$build/merged.profdata"
"$tools/llvm-cov" export -summary-only -instr-profile "$build/merged.profdata" \
  "$build/release/zkPackageTests.xctest" -object "$build/release/zk" >"$build/coverage.json"
python3 scripts/coverage.py "$build/coverage.json"
