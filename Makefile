# Cloister: every act of building, testing and running it. `make help` lists them.
#
# Steps that are done are skipped: packages by asking dpkg, models and node modules by stamps under
# target/, the interface and the program by the times of their sources.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.NOTPARALLEL:

# One cache for every clone, so that a fresh one does not compile the world again. The finished
# programs are copied into the clone: cargo's own names in the cache belong to whoever built last.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/cloister/target
export CLOISTER_BIN := $(CURDIR)/target/bin/cloister
export CLOISTER_E2E_BIN := $(CURDIR)/target/bin/cloister-e2e
export CLOISTER_MODELS := $(CURDIR)/models

# Always the whole workspace: a narrower selection would resolve to other features and compile the
# heavy dependencies again.
CARGO_BUILD := cargo build --release --locked --workspace --bins
# The end-to-end build differs in its own package alone, so that nothing else is compiled twice.
CARGO_BUILD_E2E := $(CARGO_BUILD) --features cloister/e2e \
	--config 'profile.release.package.cloister.debug-assertions=true'

UI_SOURCES := $(shell find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -print)
RUST_SOURCES := Cargo.toml Cargo.lock .cargo/config.toml models/models.toml $(wildcard models/guard/*) \
	$(shell find src-tauri migrations packaging/packs docs/openapi.json -type f 2>/dev/null)

# $(call copy,COMMAND,PROGRAM): builds, and copies before another clone can build over it. The
# rename lets a running program keep its file.
define copy
@packaging/check-tools.sh
mkdir -p $(dir $(2)) $(CARGO_TARGET_DIR)
exec 9>$(CARGO_TARGET_DIR)/.copy.lock; flock 9; \
	$(1); \
	cp -f $(CARGO_TARGET_DIR)/release/cloister $(2).new; \
	mv -f $(2).new $(2); \
	touch $(2)
endef

.PHONY: help
help: ## Lists these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

## Running

.PHONY: run
run: build models ## Installs, fetches and builds what is missing, then opens the window
	@if [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]; then \
		exec $(CLOISTER_BIN); \
	else \
		echo 'No display here: this is the chat in the terminal.' >&2; \
		exec $(CLOISTER_BIN) chat; \
	fi

.PHONY: setup
setup: ## Installs the system packages that a build needs
	@packaging/setup.sh run

.PHONY: setup-test
setup-test: setup ## Installs the system packages that the tests need
	@packaging/setup.sh test

.PHONY: models
models: setup ## Fetches the default model and checks its digest
	@packaging/fetch-model.sh

.PHONY: ui
ui: setup ui/dist/index.html ## Builds the interface

.PHONY: build
build: ui $(CLOISTER_BIN) ## Builds the program

target/stamps/npm: ui/package-lock.json ui/package.json | setup
	@packaging/check-tools.sh
	cd ui && npm ci --no-audit --no-fund --loglevel=error
	mkdir -p $(@D)
	touch $@

# A clone whose node modules were removed has a stamp and nothing behind it.
ifeq ($(wildcard ui/node_modules/.package-lock.json),)
.PHONY: target/stamps/npm
endif

ui/dist/index.html: target/stamps/npm $(UI_SOURCES)
	cd ui && npm run --silent build
	touch $@

$(CLOISTER_BIN): $(RUST_SOURCES) ui/dist/index.html | setup
	$(call copy,$(CARGO_BUILD),$@)

$(CLOISTER_E2E_BIN): $(RUST_SOURCES) ui/dist/index.html | setup
	$(call copy,$(CARGO_BUILD_E2E),$@)

## Testing

# From the quick to the slow, and the Rust tests last: their summary ends the output.
.PHONY: test
test: ## Sets up what tests need and runs all of them
	@$(MAKE) setup-test models
	@$(MAKE) lint test-ui
	@$(MAKE) $(CLOISTER_E2E_BIN) $(CLOISTER_BIN)
	@$(MAKE) test-window
	@$(MAKE) test-rust

.PHONY: test-ui
test-ui: ui ## Tests the interface
	cd ui && npm run --silent test

.PHONY: test-window
test-window: setup-test models $(CLOISTER_E2E_BIN) $(CLOISTER_BIN) ## Tests the real window
	packaging/test-window.sh

.PHONY: test-rust
test-rust: models $(CLOISTER_BIN) ## Runs the Rust tests, all but those of the window
	cargo test --release --locked --workspace --doc --quiet
	@if command -v cargo-nextest >/dev/null; then \
		cargo nextest run --release --locked --workspace; \
	else \
		cargo test --release --locked --workspace; \
	fi

.PHONY: test-cpu
test-cpu: $(CLOISTER_BIN) ## Starts the program on an emulated old processor (needs qemu-user)
	packaging/test-cpu.sh

.PHONY: lint
lint: ui ## Checks formatting, lints, dependency directions and the tree
	packaging/check-tree.sh
	python3 packaging/check_edges.py
	cargo fmt --all --check
	cd ui && npm run --silent check && npm run --silent lint
	@cd ui && npx openapi-typescript ../docs/openapi.json 2>/dev/null | \
		npx prettier --stdin-filepath schema.d.ts | diff -q - src/lib/api/schema.d.ts || \
		{ echo 'ui/src/lib/api/schema.d.ts is out of date: run `make openapi`' >&2; exit 1; }
	cargo clippy --release --locked --workspace --all-targets -- -D warnings
	@if command -v cargo-deny >/dev/null; then $(MAKE) deny; fi

.PHONY: deny
deny: ## Checks licences, bans and sources of dependencies (needs cargo-deny)
	cargo deny --all-features check bans licenses sources

.PHONY: fmt
fmt: target/stamps/npm ## Formats everything
	cargo fmt --all
	cd ui && npm run --silent format

.PHONY: openapi
openapi: $(CLOISTER_BIN) target/stamps/npm ## Writes docs/openapi.json and the interface's types anew
	$(CLOISTER_BIN) openapi >docs/openapi.json
	cd ui && npm run --silent types && npx prettier --write --log-level warn src/lib/api/schema.d.ts

.PHONY: notices
notices: target/stamps/npm ## Writes THIRD-PARTY.md anew
	python3 packaging/third_party_notices.py >THIRD-PARTY.md.new
	mv THIRD-PARTY.md.new THIRD-PARTY.md

## Measuring

.PHONY: bench-model
bench-model: models $(CLOISTER_BIN) ## Measures the model: load, prefill, decode
	$(CLOISTER_BIN) model bench

.PHONY: bench-inference
bench-inference: models $(CLOISTER_BIN) ## Measures the engine and llama.cpp's programs: LLAMA=DIR
	@# builds llama.cpp's programs in DIR unless they are there
	@test -n "$(LLAMA)" || { echo 'usage: make bench-inference LLAMA=DIR' >&2; exit 2; }
	@test -x "$(LLAMA)/build/bin/llama-server" || packaging/build-llama-tools.sh "$(LLAMA)"
	cargo build --release --locked --workspace --example measure_engine
	python3 packaging/bench_inference.py $(CLOISTER_BIN) \
		$(CARGO_TARGET_DIR)/release/examples/measure_engine \
		$(CLOISTER_MODELS)/smollm2-135m-instruct-q4_1.gguf "$(LLAMA)/build/bin"

.PHONY: bench-guard
bench-guard: ## Measures the guard and other tools: EVALS=DIR [ONLY=accuracy|speed|tools]
	@# the mistake in the call is found before anything is built
	@packaging/bench-guard.sh --check "$(EVALS)"
	@$(MAKE) models $(CLOISTER_BIN)
	@packaging/bench-guard.sh "$(EVALS)" $(if $(ONLY),--only $(ONLY))

.PHONY: bench-store
bench-store: setup ## Measures the vault and access control: [PARTS="turn audit"]
	@packaging/bench-store.sh $(PARTS)

.PHONY: trial-tamper
trial-tamper: ## Edits the audit log at random: [EDITS=10000]; every edit must be found
	CLOISTER_TAMPER_EDITS=$(or $(EDITS),10000) \
		cargo test --release --locked --workspace --lib tampering

.PHONY: trial-store
trial-store: ## Kills a vault's process and fills its disk at random: [KILLS=300] [FULLS=50]
	@# the second takes the right to mount a tmpfs
	cargo build --release --locked --workspace --example trial
	$(CARGO_TARGET_DIR)/release/examples/trial $(or $(KILLS),300) $(or $(FULLS),50)

.PHONY: trial-model
trial-model: models $(CLOISTER_BIN) ## Gives damaged model files to the worker: [FILES=1000] [SEED=1]
	cargo build --release --locked --workspace --example trial_model
	$(CARGO_TARGET_DIR)/release/examples/trial_model $(CLOISTER_BIN) \
		$(CLOISTER_MODELS)/smollm2-135m-instruct-q4_1.gguf $(or $(FILES),1000) $(or $(SEED),1)

.PHONY: bench-knowledge
bench-knowledge: ## Measures the search and other tools: EVALS=DIR
	@# the mistake in the call is found before anything is built
	@packaging/bench-knowledge.sh --check "$(EVALS)"
	@$(MAKE) models $(CLOISTER_BIN)
	@packaging/bench-knowledge.sh "$(EVALS)"

.PHONY: fuzz-guard
fuzz-guard: ## Fuzzes the guard: [SECONDS=60] [TARGETS="scan stream"] (needs cargo-fuzz)
	@packaging/fuzz-guard.sh "$(or $(SECONDS),60)" $(TARGETS)

.PHONY: bench-start
bench-start: build models ## Measures how long a second `make run` takes to reach the program
	@time $(MAKE) build models

.PHONY: clean
clean: ## Removes what was built in this clone; the shared cache and the models stay
	rm -rf target ui/dist ui/node_modules
