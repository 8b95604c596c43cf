# Everything a newcomer or CI does here. `make` alone says what there is.
#
# All targets share one scratch path, so nothing is built twice; `release` has its own part of it.

SWIFT ?= swift
SCRATCH ?= .build
PYTHON_ENV := .build-python
DEBUG := $(SCRATCH)/debug/tocsin
RELEASE := $(SCRATCH)/release/tocsin
BUILD := $(SWIFT) build --scratch-path $(SCRATCH)
TESTABLE := --scratch-path $(SCRATCH)/properties --configuration release -Xswiftc -enable-testing
FUZZ_RUNS ?= 1000000
FUZZ_TARGETS ?=
PROPERTY_CASES ?= 10000
CRASH_SEEDS ?= 20
DIFF_COUNT ?= 100000
DIFF_SEED ?=
# Modules whose doc comments are read as pages: those that know no network.
PURE := PCRE2 Timekeeping Diagnostics HTTPTransport JSONScanning FieldStorage CEL Directory Alerting RuleLanguage Evaluation

.DEFAULT_GOAL := help
.PHONY: help setup build release demo test properties lint rulebook docs truth fuzz differential benchmark check install clean

help: ## say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 21

setup: ## install the system packages that are missing (apt), check for Swift
	@scripts/setup

build: setup ## build the program for trying things out
	@$(BUILD) --product tocsin

release: setup ## build the program for use, with Swift's own libraries inside
	@$(BUILD) --configuration release --static-swift-stdlib --product tocsin
	@ls -lh $(RELEASE) | awk '{ print "built $(RELEASE), " $$5 }'

demo: build ## show it at work on a made-up tenant
	@$(DEBUG) demo

test: setup ## build and run all tests
	@$(BUILD) --build-tests
	@scripts/run-tests $(SWIFT) $(SCRATCH) $(PYTHON_ENV)

lint: ## check the form of the code
	@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources

rulebook: build ## check, test and compare the form of every rule in Rules/ and Policies/
	@$(DEBUG) rules fmt --check
	@$(DEBUG) rules check
	@$(DEBUG) rules test

docs: setup ## check that the links in doc comments lead somewhere
	@scripts/check-docs $(SWIFT) $(SCRATCH) $(PURE)

properties: setup ## try PROPERTY_CASES (10,000) orders, doublings, cuts and ends of logs; optimised, in a build of its own
	@TOCSIN_TESTS=EvaluationTests $(SWIFT) build $(TESTABLE) --product tocsinPackageTests
	@TOCSIN_TESTS=EvaluationTests TOCSIN_PROPERTY_CASES=$(PROPERTY_CASES) $(SWIFT) test $(TESTABLE) --skip-build \
	  --filter 'OrderPropertyTests|LookBackTests|goingOnFromASavedState'
	@TOCSIN_TESTS=MonitorTests $(SWIFT) build $(TESTABLE) --product tocsinPackageTests
	@TOCSIN_TESTS=MonitorTests TOCSIN_CRASH_SEEDS=$(CRASH_SEEDS) TOCSIN_CRASH_STEP=1 $(SWIFT) test $(TESTABLE) \
	  --skip-build --filter 'CrashTests|TwoFeedTests'

truth: build ## judge the shipped rules on generated data with planted cases: three seeds, in order and not
	@for seed in 1 2 3; do \
	  Tests/Truth/judge.py --tocsin $(DEBUG) --seed $$seed --days 30 && \
	  Tests/Truth/judge.py --tocsin $(DEBUG) --seed $$seed --days 30 --duplicates 0.02 --late 0.03 || exit 1; done

fuzz: setup ## feed the parsers with FUZZ_RUNS inputs each (1,000,000), under AddressSanitizer
	@$(BUILD) --target RuleLanguage
	@scripts/fuzz $(SWIFT) $(SCRATCH) $(FUZZ_RUNS) $(FUZZ_TARGETS)

differential: setup ## compare DIFF_COUNT expressions (100,000) with Google's CEL; needs PyPI
	@$(BUILD) --configuration release --product tocsin
	@scripts/differential $(SCRATCH)/release/tocsin $(PYTHON_ENV) $(DIFF_COUNT) $(DIFF_SEED)

benchmark: setup ## compare the speed of conditions with two other engines
	@SWIFT=$(SWIFT) Benchmarks/compare

check: setup lint ## what CI runs: lint, build, test, rule book, docs
	@$(BUILD) --build-tests --explicit-target-dependency-import-check error
	@scripts/run-tests $(SWIFT) $(SCRATCH) $(PYTHON_ENV)
	@$(MAKE) --no-print-directory rulebook docs

install: release ## copy the program, the rules and a systemd unit into the system (root)
	@scripts/install $(RELEASE)

clean: ## remove what was built
	rm -rf $(SCRATCH) $(PYTHON_ENV)
