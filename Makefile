# What can be made is listed by `make help`.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
PYTHON ?= python3

# Without what debuggers read, which nobody runs on a release build: it takes less time.
RELEASE := -c release -debug-info-format none
# Swift's own library is linked in: the installed program needs no toolchain and starts faster.
STATIC := $(RELEASE) --static-swift-stdlib
SHIPPED := $(STATIC) --scratch-path .build-install
BENCHMARKS := $(STATIC) --scratch-path .build-bench --product zk-bench

# The tests that attack: `make attack` runs them, `make test` the others.
ATTACK := Hostile|Fault|Flip|Message|Bounded|FileName|Growth|Damage|TrainingClock

DEBIAN_PACKAGES := git ca-certificates pkg-config libopenblas-dev libzstd-dev libxml2-dev \
	libbz2-dev zlib1g-dev liblzma-dev

.PHONY: help deps build test demo bench install uninstall deb test-deb check-readme check-tools
.PHONY: mpi check-scale check-recipes check-completions picture format lint docs clean
.PHONY: attack fuzz asan tsan soak data build-bench test-library library-docs coverage

help:
	@echo "make build    build zk in .build/release"
	@echo "make test     build it and run the tests, but for those of make attack"
	@echo "make coverage run the tests and say how much of the code they run"
	@echo "make test-library  build and run the examples of the library's documentation"
	@echo "make demo     build it, train a small model in 90 seconds and split text with it"
	@echo "make bench    run the benchmarks, all or BENCH=\"--only split --threads 4\""
	@echo "make install  install zk, its man pages and completions under $(PREFIX); make uninstall removes it"
	@echo "make deb      make a Debian package in .build-install; make test-deb tries it in a new root"
	@echo "make check-readme  run the commands of the README as pasted, and compare what they print"
	@echo "make check-completions  press TAB in bash, zsh and fish"
	@echo "make check-tools  load what zk writes with pandas, polars, duckdb, datasets, numpy"
	@echo "make mpi      build .build/release/zk-mpi, which trains on several machines (docs/scale.md)"
	@echo "make check-scale  run the recipes of docs/scale.md, Spark and MPI among them"
	@echo "make check-recipes  run those of them for GNU parallel and Slurm: half a minute"
	@echo "make data     put the tables of share/zk into the code again, after a change of one"
	@echo "make docs     generate man pages and completions from the code; make picture the README's picture"
	@echo "make attack   tests that try to break zk, as CI does: hostile files, faults, fuzzing, a soak"
	@echo "make fuzz     fuzz every reader, FUZZ_SECONDS=$(FUZZ_SECONDS) each or FUZZ_RUNS=n; FUZZ=\"json xml\" picks some"
	@echo "make soak     long streams, kills of training, many lines and files; SOAK=\"-m 20000 -e 5000 -l 1000 -k 100\""
	@echo "make asan     run the tests with the address sanitizer; make tsan with the one for threads"
	@echo "make library-docs  make the library's documentation in .build/library-docs, for docc"
	@echo "make format   format all sources; make lint checks them"
	@echo "make clean    remove everything that was built"

deps:
	@scripts/install-deps.sh $(DEBIAN_PACKAGES)

build: deps
	$(SWIFT) build $(RELEASE)

# The program and its tests in one build, whose modules then wait for each other less.
test: deps
	$(SWIFT) build $(RELEASE) --build-tests
	$(SWIFT) test $(RELEASE) --disable-testable-imports --skip-build --skip '$(ATTACK)'

# The same program linked with MPI, for training on several machines.
mpi: build
	@scripts/install-deps.sh libopenmpi-dev
	ZK_MPI=1 $(SWIFT) build $(RELEASE) --product zk-mpi

demo: build
	@scripts/demo.sh .build/release/zk

bench: deps
	@$(SWIFT) build $(SHIPPED) --product zk >&2
	@ZK_BENCHMARKS=1 $(SWIFT) build $(BENCHMARKS) >&2
	@.build-bench/release/zk-bench $(BENCH)

# Whether the benchmarks still build, with what is built already.
build-bench: build
	ZK_BENCHMARKS=1 $(SWIFT) build $(RELEASE) --product zk-bench

# The library as another package uses it, and its documentation.
test-library: library-docs
	@scripts/test-library.sh

library-docs: build
	@scripts/library-docs.sh .build/library-docs

# Lines of the library and the program that tests run.
coverage: deps
	@scripts/coverage.sh

install: build
	@scripts/link.sh .build/release .build-install/zk
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 .build-install/zk "$(DESTDIR)$(PREFIX)/bin/zk"
	@scripts/install-data.sh install "$(DESTDIR)$(PREFIX)"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/zk"
	@scripts/install-data.sh remove "$(DESTDIR)$(PREFIX)"

deb: build
	@scripts/link.sh .build/release .build-install/zk
	@scripts/make-deb.sh .build-install/zk .build-install

test-deb: deb
	@scripts/test-deb.sh .build-install/zk_*.deb

# A demo, an install and some training with the installed program: a minute or two.
check-readme: build
	@scripts/install-deps.sh python3 python3-numpy
	@$(PYTHON) Tests/readme.py --install

check-completions:
	@scripts/install-deps.sh tmux zsh fish
	@Tests/completions.sh

check-scale: mpi
	@scripts/install-deps.sh openmpi-bin parallel default-jre-headless python3-venv zstd iproute2
	@scripts/check-scale.sh .build/release/zk .build/release/zk-mpi

# Those of the recipes that need no more than a shell.
check-recipes: build
	@scripts/install-deps.sh parallel python3
	@$(PYTHON) Tests/python/check-scale.py .build/release/zk share/zk/default.zk sh

check-tools: build
	@scripts/check-tools.sh .build/release/zk

docs: build
	@scripts/generate-docs.sh .build/release/zk

picture: build
	@scripts/install-deps.sh chromium pngquant fonts-urw-base35
	@scripts/make-picture.sh .build/release/zk

# What an attack on zk tried, again: see docs/reliability.md.
FUZZ ?=
FUZZ_SECONDS ?= 4
FUZZ_RUNS ?=
SOAK ?=
SANITIZED ?= $(ATTACK)|Text|Latents|Checkpoint

# The tables of wikis under share/zk as Swift.
data:
	@scripts/embed-wiki-data.sh Sources/ZonkeyCore/Text/Data

attack: build
	$(SWIFT) build $(RELEASE) --build-tests
	$(SWIFT) test $(RELEASE) --disable-testable-imports --skip-build --filter '$(ATTACK)'
	$(MAKE) fuzz soak

fuzz: deps
	ZK_FUZZ=1 $(SWIFT) build -c release --scratch-path .build-fuzz --product zk-fuzz \
	  -Xswiftc -sanitize=fuzzer -Xswiftc -use-ld=lld
	@FUZZ_RUNS=$(FUZZ_RUNS) scripts/fuzz.sh .build-fuzz/release/zk-fuzz $(FUZZ_SECONDS) $(FUZZ)

soak: build
	@scripts/soak.sh $(SOAK) .build/release/zk

# Names of temporary files are kept for a signal's handler, which counts as a leak.
asan: deps
	ZK_SANITIZED=1 ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test -c release --disable-testable-imports \
	  --sanitize=address --scratch-path .build-asan --filter '$(SANITIZED)'

tsan: deps
	@ZK_SANITIZED=1 scripts/tsan.sh '$(SANITIZED)|Threads|Ranks|TrainingStep'

format:
	$(SWIFT) format format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks Fuzz

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks Fuzz

clean:
	rm -rf .build .build-install .build-bench .build-coverage .build-fuzz .build-asan .build-tsan
