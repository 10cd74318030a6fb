# Stroboscope: `make` alone lists what can be made. Each target works in a bare checkout and installs what it needs.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# PYTHON=/path/to/python3 builds for that interpreter; otherwise the newest found from 3.15 down to 3.11.
PYTHON ?=
export PYTHON
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell nproc)

package_folders := include base snapshot probes control agent python_shim cmake
package_sources := pyproject.toml CMakeLists.txt LICENSE README.md tools/requirements/venv.txt \
	$(shell find $(package_folders) -name node_modules -prune -o -name __pycache__ -prune -o -type f -print)

.PHONY: help
help: ## list the targets
	@echo "make <target>; PYTHON=/path/to/python3 chooses the interpreter"
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

.PHONY: build
build: .venv/.package ## the package with agent, hub and console in .venv (strobe, python)

.PHONY: demo
demo: build ## a shop under load, a rare bug, one snapshot; ONCE=1 stops after it
	@.venv/bin/python examples/demo.py $(if $(ONCE),--once)

.PHONY: test
test: ## lint and every kind of test; SUITES="unit ext" runs only those
	@tools/run_tests.sh $(SUITES)

.PHONY: lint
lint: ## format, types, static analysis (DEEP=1: every path), include directions, texts
	@tools/lint.sh

.PHONY: matrix
matrix: ## the extension's tests on CPython 3.13, 3.14 and 3.15 from Debian sid (root)
	@tools/matrix.sh

.PHONY: bench
bench: build ## what the agent costs, each row a ratio to the same program without it
	@.venv/bin/python bench/run.py $(BENCH)

.PHONY: landmines
landmines: ## a million random expressions over objects that count each touch
	@tools/run_expressions.sh landmines

.PHONY: fuzz-expressions
fuzz-expressions: ## mutated source text of expressions; SECONDS=60
	@tools/run_expressions.sh fuzz $(or $(SECONDS),60)

.PHONY: explore
explore: ## a snapshot probe on every line of real projects while their tests run; EXPLORE=attrs only that
	@tools/explore.sh $(EXPLORE)

.PHONY: secrets
secrets: ## 100,000 captures of a program full of secrets, none of which may get out
	@tools/planted_secrets.sh

.PHONY: soak
soak: ## a million captures over landmines, ten million captures and hits with memory looked at; SOAK=--small
	@tools/soak.sh $(SOAK)

.PHONY: torch
torch: ## tensors of torch itself in captures (it is gigabytes); TORCH=2.12.1 that release
	@tools/torch.sh $(TORCH)

.PHONY: clean
clean: ## remove everything that was built, .venv included
	rm -rf build .venv dist control/console/node_modules control/console/dist

.PHONY: system-build
system-build:
	@tools/install_system_packages.sh build

.PHONY: always
always:

.venv/.ready: always | system-build
	@python=$$(tools/find_python.sh) && tools/make_venv.sh .venv "$$python" tools/requirements/venv.txt

# pip's own message is enough when it goes well; when it does not, the whole of CMake's output.
.venv/.package: $(package_sources) .venv/.ready
	@echo "== .venv: building the package"
	@node=$$(tools/find_node.sh) && PATH="$$node:$$PATH" .venv/bin/python -m pip install --quiet --no-build-isolation \
		--no-deps --force-reinstall .
	@touch $@
