# make demo · make test · make bench · make lint
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

STATE := .local
BIN := target/debug
export LOCAL_PIPELINE_STATE := $(STATE)
CARGO := cargo
# One build for everything: `make demo` and `make test` use the same dependencies with the same features.
BUILD := $(CARGO) build --locked --workspace --bins

.PHONY: help
help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: demo
demo: ## Release the work tree to test and prod on 127.0.0.1 (AUTO_APPROVE=1: without stopping at the gate)
	@.ci/prerequisites git cc cargo node npm python
	@$(MAKE) emulator tools
	@$(BIN)/local-pipeline run $(if $(AUTO_APPROVE),--auto-approve) $(if $(FREE_PORTS),--free-ports) $(if $(COMMIT),--commit $(COMMIT))

.PHONY: setup
setup: ## Everything that the demo needs, without running it
	@.ci/prerequisites git cc cargo node npm python
	@$(MAKE) emulator tools

.PHONY: down
down: ## End the demo
	@if [ -x $(BIN)/local-pipeline ]; then $(BIN)/local-pipeline down; fi

.PHONY: emulator
emulator:
	@.ci/venv .venv tools/local-pipeline/emulator/requirements.txt

# The programs, and a copy of those that the pipeline's builds take from the cache because the sources are the same.
.PHONY: tools
tools:
	@$(BUILD)
	@mkdir -p $(STATE)/cache
	@TOOLS_CACHE=$(STATE)/cache/tools TOOLS_SEED=$(BIN) buildspecs/scripts/build-tools $(STATE)/cache/bin

.PHONY: test
test: ## Run every test, with all its set-up
	@.ci/prerequisites git cc cargo node npm python
	@$(MAKE) emulator
	@$(MAKE) test-backend
	@$(MAKE) test-frontend
	@$(MAKE) test-browser
	@$(MAKE) test-rust
	@$(MAKE) test-terraform
	@$(MAKE) test-scripts

.PHONY: test-backend
test-backend:
	@.ci/venv backend/.venv backend/requirements-dev.txt
	@cd backend && .venv/bin/python -m pytest -q

.PHONY: test-frontend
test-frontend:
	@buildspecs/scripts/install-npm frontend
	@npm --prefix frontend test

# Needs the backend's environment; skips where there is no Chromium, unless REQUIRE_BROWSER is set.
.PHONY: test-browser
test-browser:
	@.ci/venv backend/.venv backend/requirements-dev.txt
	@buildspecs/scripts/install-npm frontend
	@CHROMIUM="$$(.ci/chromium || true)" npm --prefix frontend run test:browser

# A second S3 that tests run against.
.PHONY: moto
moto:
	@.ci/venv tests/moto/.venv tests/moto/requirements.txt

# The end-to-end tests run the programs, so they are built first.
.PHONY: test-rust
test-rust: export REQUIRE_MOTO := 1
test-rust: moto
	@$(BUILD)
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  CHROMIUM="$$(.ci/chromium || true)" $(CARGO) nextest run --locked --workspace; \
	else \
	  CHROMIUM="$$(.ci/chromium || true)" $(CARGO) test --locked --workspace; \
	fi

# What is measured is built exactly as it is shipped. QUICK=1: one run at 30 ms, printed only. RUNS=5. ONLY=publish: one benchmark.
# FLAGS: for the benchmark, such as FLAGS='--only rclone --rclone-variants'.
BENCHMARKS := publish render validate list
HARNESS := target/harness/greenlight-bench
.PHONY: bench
bench: ## Measure the tools beside what people use otherwise, and write doc/benchmarks.md (QUICK=1, RUNS=5, ONLY=publish)
	@.ci/prerequisites git cc cargo python
	@.ci/venv $(STATE)/bench-venv tests/bench/peers/requirements.txt
	@$(CARGO) build --locked --profile harness --package greenlight-bench
	@for name in $(or $(ONLY),$(BENCHMARKS)); do $(MAKE) bench-$$name; done

.PHONY: bench-publish
bench-publish:
	@$(CARGO) build --locked --release --package publish-frontend
	@$(HARNESS) publish --peers $(STATE)/bench-venv $(if $(RUNS),--runs $(RUNS)) \
	  $(if $(QUICK),--runs 1 --rtt-ms 30 --large-files 0,--document doc/benchmarks.md) $(FLAGS)

.PHONY: bench-render
bench-render:
	@$(CARGO) build --locked --release --package render-taskdef
	@$(HARNESS) render --peers $(STATE)/bench-venv $(if $(RUNS),--runs $(RUNS)) \
	  $(if $(QUICK),--runs 3,--document doc/benchmarks.md) $(FLAGS)

# Cold start, memory and time to a verdict. The size of the packages, where `make package` has made them.
.PHONY: bench-validate
bench-validate:
	@$(CARGO) build --locked --release --package validate-deploy
	@$(HARNESS) validate --peers $(STATE)/bench-venv $(if $(RUNS),--runs $(RUNS)) $(if $(QUICK),--runs 3,--document doc/benchmarks.md) $(FLAGS)

# For both processors, static, with checksums; started where that is possible. ARCHITECTURES=arm64: one of them.
.PHONY: package
package: ## Build validate-deploy's Lambda packages: target/package/*.zip (ARCHITECTURES="arm64 x86_64")
	@.ci/prerequisites git cc cargo python
	@.ci/package/hook $(ARCHITECTURES)

.PHONY: bench-list
bench-list:
	@$(CARGO) build --locked --release --package approve
	@$(HARNESS) list --peers $(STATE)/bench-venv $(if $(RUNS),--runs $(RUNS)) \
	  $(if $(QUICK),--runs 1 --pipelines 100 --cli-pipelines 10,--document doc/benchmarks.md) $(FLAGS)

# Manual pages and completions of every program, from their own definitions. A test says when they are old.
.PHONY: docs
docs: ## Write doc/man and doc/completions again
	@UPDATE_DOCS=1 $(CARGO) test --locked --package greenlight-e2e cli_docs

.PHONY: lint
lint: ## Check formats and lints
	@.ci/prerequisites git cc cargo node npm python
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	@.ci/venv backend/.venv backend/requirements-dev.txt
	@cd backend && .venv/bin/ruff check . && .venv/bin/ruff format --check .
	@buildspecs/scripts/install-npm frontend
	@npm --prefix frontend run lint
	@.ci/venv .ci/terraform/.venv .ci/terraform/tools.txt
	@.ci/terraform/.venv/bin/hadolint backend/Dockerfile
	@.ci/venv $(STATE)/model tools/core/data/requirements.txt
	@$(STATE)/model/bin/python tools/core/data/update-model.py --check

# Asks the services of PyPI and npm, so it is not part of lint: it needs the internet, and its answer changes without a commit.
.PHONY: audit
audit: ## Ask for known vulnerabilities of the journal's dependencies
	@.ci/prerequisites git node npm python
	@.ci/venv backend/.venv-audit backend/requirements-audit.txt
	@backend/.venv-audit/bin/pip-audit --progress-spinner off --disable-pip --require-hashes -r backend/requirements.txt
	@npm --prefix frontend audit --package-lock-only

# Modules and live roots against a mocked provider, then checkov. Skipped, saying so, only where there is no Terraform.
.PHONY: test-terraform
test-terraform:
	@if ! command -v terraform >/dev/null; then \
	  echo "skipped: terraform is not installed, so its modules and roots are not tested (https://developer.hashicorp.com/terraform/install)"; \
	else \
	  .ci/prerequisites terraform && .ci/terraform/test && .ci/terraform/checkov; \
	fi

# Shell scripts with stand-ins; what Terraform, buildspecs, documents and programs agree on; who calls what of AWS in a release on the local world.
# Reads what test-terraform made and runs what test-rust has built.
PYTEST := .ci/terraform/.venv/bin/python -m pytest -q -p no:cacheprovider
# These share a local world with a release in it, so they are one process.
WORLD := tests/scripts/test_contract_seen.py tests/scripts/test_readme_commands.py
.PHONY: test-scripts
test-scripts:
	@.ci/prerequisites git cc cargo node npm python
	@$(MAKE) emulator
	@$(BUILD)
	@.ci/venv .ci/terraform/.venv .ci/terraform/tools.txt
	@.ci/venv terraform/scripts/.venv terraform/scripts/requirements.txt
	@mkdir -p .local/reports
	@$(PYTEST) --numprocesses=2 --junitxml=.local/reports/scripts.xml tests/scripts $(WORLD:%=--ignore=%)
	@$(PYTEST) --junitxml=.local/reports/world.xml $(WORLD)

# Some roots by the real scripts and provider against the local emulator: apply, a second plan, destroy. By itself, not part of `make test`:
# under load the emulator drops connections, and a lock whose answer is lost stays.
.PHONY: test-emulator
test-emulator: emulator
	@.ci/venv terraform/scripts/.venv terraform/scripts/requirements.txt
	@if ! command -v terraform >/dev/null; then \
	  echo "skipped: terraform is not installed, so nothing is applied to the emulator"; \
	else \
	  .ci/prerequisites terraform && .ci/terraform/emulate; \
	fi
