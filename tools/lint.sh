#!/usr/bin/env bash
# Every check that runs no code of ours: format, types, static analysis, include directions, texts. All of them run;
# the end names those that found something.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

failed=()
step() {
    local name=$1 output started=$SECONDS
    shift
    if output=$("$@" 2>&1); then
        printf '  ok      %-14s %3d s\n' "$name" $((SECONDS - started))
    else
        printf '  FAILED  %-14s %3d s\n' "$name" $((SECONDS - started))
        printf '%s\n' "$output" | sed 's/^/    /'
        failed+=("$name")
    fi
}

# Files that git knows, or would, whose name or first line matches; so generated and built files stay out.
c_files() {
    git ls-files -co --exclude-standard -- '*.c' '*.h' | while read -r file; do [ ! -e "$file" ] || echo "$file"; done
}
shell_files() {
    git ls-files -co --exclude-standard | while read -r file; do
        if [ -f "$file" ] && head -n 1 "$file" | grep -qaE '^#!.*\b(ba)?sh$'; then echo "$file"; fi
    done
}
python_folders() {
    local path
    for path in python_shim tools control/wire/generate.py examples bench; do
        if [ -n "$(find "$path" -name '*.py' -print -quit 2>/dev/null)" ]; then echo "$path"; fi
    done
}

check_c_format() { c_files | xargs -n 16 -P "$(nproc)" clang-format --dry-run -Werror; }
check_shell() { shell_files | xargs shellcheck; }
check_mypy() { python_folders | xargs build/venv-lint/bin/mypy --strict; }
check_ruff() { build/venv-lint/bin/ruff check --quiet .; }
check_ruff_format() { build/venv-lint/bin/ruff format --quiet --diff .; }
check_includes() { build/venv-lint/bin/python tools/check_includes.py; }
check_text() { build/venv-lint/bin/python tools/check_text.py; }
check_tidy() {
    cmake --preset dev -Wno-dev --log-level=WARNING -DPython_EXECUTABLE="$python" &&
        cmake --build build/dev --parallel "$(nproc)" && build/venv-lint/bin/python tools/run_clang_tidy.py build/dev ${DEEP:+--deep}
}
check_console() {
    local node
    node=$(tools/find_node.sh)
    cd control/console && PATH="$node:$PATH" && ../../tools/npm_install.sh && npm run --silent lint
}

tools/install_system_packages.sh test || exit 1
python=$(tools/find_python.sh) || exit 1
tools/make_venv.sh build/venv-lint "$python" tools/requirements/lint.txt || exit 1

step clang-format check_c_format
step shellcheck check_shell
step ruff check_ruff
step ruff-format check_ruff_format
step mypy check_mypy
step includes check_includes
step text check_text
if [ -e control/console/package.json ]; then step console check_console; fi
step clang-tidy check_tidy

if [ "${#failed[@]}" != 0 ]; then
    echo "lint: ${failed[*]} found something"
    exit 1
fi
echo "lint: clean"
