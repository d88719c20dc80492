# What can be made is listed by `make help`.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift

# Tests look inside the modules, which needs -enable-testing. `build` and `test` pass the same
# flags, so that one build serves both; `install` links what it compiled once more.
TESTABLE := -c release -Xswiftc -enable-testing
# Swift's own library is linked in: the installed program needs no toolchain and starts faster.
STATIC := -c release --static-swift-stdlib
SHIPPED := $(STATIC) --scratch-path .build-install
BENCHMARKS := $(STATIC) --scratch-path .build-bench --product zk-bench

DEBIAN_PACKAGES := git ca-certificates pkg-config libopenblas-dev libzstd-dev libxml2-dev \
	libbz2-dev zlib1g-dev liblzma-dev

.PHONY: help deps build test demo bench install uninstall deb test-deb check-tools format lint docs clean

help:
	@echo "make build    build zk in .build/release"
	@echo "make test     build it and run all tests"
	@echo "make demo     build it, train a small model in 90 seconds and split text with it"
	@echo "make bench    run the benchmarks, all or BENCH=\"--only split --threads 4\""
	@echo "make install  install zk, its man pages and completions under $(PREFIX); make uninstall removes it"
	@echo "make deb      make a Debian package in .build-install; make test-deb tries it in a new root"
	@echo "make check-tools  load what zk writes with pandas, polars, duckdb, datasets, numpy"
	@echo "make docs     generate man pages and completions from the code"
	@echo "make format   format all sources; make lint checks them"
	@echo "make clean    remove everything that was built"

deps:
	@scripts/install-deps.sh $(DEBIAN_PACKAGES)

build: deps
	$(SWIFT) build $(TESTABLE)

test: deps
	$(SWIFT) build $(TESTABLE)
	$(SWIFT) test $(TESTABLE) --disable-testable-imports

demo: build
	@scripts/demo.sh .build/release/zk

bench: deps
	@$(SWIFT) build $(SHIPPED) --product zk >&2
	@ZK_BENCHMARKS=1 $(SWIFT) build $(BENCHMARKS) >&2
	@.build-bench/release/zk-bench $(BENCH)

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

check-tools: build
	@scripts/check-tools.sh .build/release/zk

docs: build
	@scripts/generate-docs.sh .build/release/zk

format:
	$(SWIFT) format format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks

clean:
	rm -rf .build .build-install .build-bench
