# The verbs. Meson and ninja build; what takes more than a line is a tool in tools/.
# `make run` and `make test` are all that a fresh Debian 12 or Ubuntu 24.04 with git
# and make needs. Everything made is under build*/, web/dist, ci-out and jingwei-data.
DATA ?= jingwei-data
LISTEN ?=
CLANG := $(shell command -v clang-14 || command -v clang || echo clang)
export PATH := $(CURDIR)/tools/node/bin:$(PATH)

.PHONY: all build setup run test ci lint fuzz torture bench docs release clean

all: build

build: build/build.ninja
	@ninja -C build

# A build directory that meson did not finish is made anew.
build/build.ninja:
	@tools/setup.sh build
	@meson setup build >/dev/null || { rm -rf build; meson setup build; }

build-asan/build.ninja:
	@meson setup build-asan -Db_sanitize=address,undefined >/dev/null
build-clang/build.ninja:
	@CC=$(CLANG) meson setup build-clang --werror >/dev/null
build-tsan/build.ninja:
	@meson setup build-tsan -Db_sanitize=thread >/dev/null
build-fuzz/build.ninja:
	@CC=$(CLANG) meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined >/dev/null
build-release/build.ninja:
	@meson setup build-release --werror -Ddebug=false >/dev/null

setup:
	@tools/setup.sh build

run: setup build
	@[ -e "$(DATA)" ] || build/jingwei demo --data "$(DATA)"
	@exec build/jingwei serve --data "$(DATA)" $(if $(LISTEN),--listen $(LISTEN))

# Every test, with AddressSanitizer, on both stores. It should take 10 minutes on two
# cores and takes about 15: see docs/state.md.
test:
	@tools/run_tests.sh begin
	@tools/setup.sh test
	@$(MAKE) --no-print-directory build-asan/build.ninja
	@tools/run_tests.sh suite build-asan -t 3 --no-suite long --no-suite torture
	@tools/run_tests.sh end

# The same, then clang, ThreadSanitizer, the long tests and lint. What fails does not
# stop the rest; the last line counts all of it.
ci:
	@-$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory build-clang/build.ninja build-tsan/build.ninja build-release/build.ninja
	@tools/run_tests.sh check gcc-release-no-warning ninja --quiet -C build-release
	@tools/run_tests.sh suite build-clang -t 3 --suite unit --suite fuzz
	@tools/run_tests.sh suite build-tsan -t 5 --suite unit
	@tools/run_tests.sh suite build-asan -t 3 --suite long --suite torture
	@tools/run_tests.sh check lint tools/lint.sh
	@tools/run_tests.sh end

lint:
	@tools/setup.sh test
	@tools/lint.sh

# Each fuzzer for SECONDS; what it finds goes to ci-out/fuzz, then to tests/fuzz/corpus.
SECONDS ?= 60
fuzz: build-fuzz/build.ninja
	@tools/fuzz.sh $(SECONDS)

# Against the disk and the clock: kill -9, full disks, servers that vanish. Long.
torture: build
	@tools/setup.sh test
	@meson test -C build --no-rebuild --suite torture --print-errorlogs

# Each promise of speed, both sides in one run: tables, and JSON in ci-out/bench.
bench: build/build.ninja
	@tools/setup.sh bench
	@tools/bench.sh

# The papers that the program prints itself; a test finds them out of date.
docs: build
	@build/jingwei config --markdown >docs/config.md.new
	@mv docs/config.md.new docs/config.md

# One stripped program with its papers, and its checksum.
release: setup build-release/build.ninja
	@tools/release.sh build-release ci-out

clean:
	rm -rf build build-asan build-clang build-tsan build-fuzz build-release web/dist ci-out
