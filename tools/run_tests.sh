#!/usr/bin/env bash
# Run the suites named, or all, one after the other; a failing suite does not stop the next. Ends with a table and the
# line 'N passed, N failed, N skipped'.
#
#   run_tests.sh [load] [lint] [tools] [console] [unit] [asan] [tsan] [clang] [ext] [exports] [ext-asan] [e2e] [browser]
#
# Each suite leaves JUnit XML and a log in build/reports. PYTHON=... limits ext to that interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."
reports=$PWD/build/reports

# Configure and build a preset with the newest Python, so that every tree of one run agrees.
build_preset() {
    local preset=$1
    shift
    cmake --preset "$preset" -Wno-dev --log-level=WARNING -DPython_EXECUTABLE="$python" "$@" >"build/$preset.configure.log" 2>&1 ||
        { cat "build/$preset.configure.log" && return 1; }
    cmake --build "build/$preset" --parallel "$(nproc)"
}

# ThreadSanitizer's shadow memory collides with the address randomisation of recent kernels.
steady_addresses() {
    if setarch "$(uname -m)" -R true 2>/dev/null; then setarch "$(uname -m)" -R "$@"; else "$@"; fi
}

# run_ctest REPORT PRESET
run_ctest() {
    local report=$1 preset=$2
    build_preset "$preset" && steady_addresses ctest --test-dir "build/$preset" --parallel "$(nproc)" --output-on-failure \
        --no-tests=error --output-junit "$reports/$report.xml" \
        --test-output-size-passed 1000000 --test-output-size-failed 1000000
}

run_pytest() {
    local report=$1 interpreter=$2
    shift 2
    "$interpreter" -m pytest -p no:cacheprovider --junitxml "$reports/$report.xml" -o junit_suite_name="$report" "$@"
}

existing() {
    local path
    for path in "$@"; do [ ! -e "$path" ] || echo "$path"; done
}

suite_lint() {
    tools/lint.sh
}

suite_tools() {
    tools/make_venv.sh build/venv-lint "$python" tools/requirements/lint.txt
    run_pytest tools build/venv-lint/bin/python tests/tools
}

suite_console() {
    local node
    node=$(tools/find_node.sh)
    export PATH="$node:$PATH"
    cd control/console
    ../../tools/npm_install.sh
    npm test --silent -- --reporter=default --reporter=junit --outputFile.junit="$reports/console.xml"
}

suite_unit() {
    run_ctest unit dev
}

suite_asan() {
    export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
    run_ctest asan asan
}

suite_tsan() {
    export TSAN_OPTIONS="halt_on_error=0 suppressions=$PWD/tests/unit/tsan.supp"
    run_ctest tsan tsan
}

suite_clang() {
    build_preset clang
}

suite_exports() {
    tools/check_exports.sh "build/ext-$newest/stage"
}

# suite_ext VERSION PYTHON [also-commands]: the command line is plain Python, so not each version tries it.
suite_ext() {
    local version=$1 tests
    tools/build_ext.sh "$version" "$2"
    tools/make_ext_venv.sh "$version" "$2"
    mapfile -t tests < <(existing ${3:+tests/unit_py} tests/ext)
    PYTHONPATH=$PWD/build/ext-$version/stage run_pytest "ext-$version" "build/venv-$version/bin/python" \
        --numprocesses "$(nproc)" "${tests[@]}"
}

# The same tests with every allocation visible to AddressSanitizer, on the newest Python; without the two that repeat
# one walk thousands of times to count what the rules of redaction miss.
suite_ext_asan() {
    local preload
    tools/build_ext.sh asan "$python" -DSTROBE_SANITIZE=address,undefined
    tools/make_ext_venv.sh "$newest" "$python"
    preload=$(gcc -print-file-name=libasan.so):$(gcc -print-file-name=libubsan.so)
    PYTHONPATH=$PWD/build/ext-asan/stage PYTHONMALLOC=malloc STROBE_TEST_SANITIZED=1 LD_PRELOAD=$preload \
        ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
        run_pytest ext-asan "build/venv-$newest/bin/python" --numprocesses "$(nproc)" tests/ext \
        --ignore tests/ext/snapshot/test_planted_secrets.py --ignore tests/ext/snapshot/test_redaction_names.py
}

suite_e2e() {
    make build
    # They wait for processes most of the time: more of them than cores.
    run_pytest e2e .venv/bin/python --numprocesses $(($(nproc) + 1)) --dist loadfile tests/e2e
}

# Not among the suites that run by default: minutes of load, as heavy as a real service's.
suite_load() {
    make build
    run_pytest load .venv/bin/python tests/e2e -m full_load
}

suite_browser() {
    local node
    node=$(tools/find_node.sh)
    export PATH="$node:$PATH"
    make build
    (cd tests/browser && ../../tools/npm_install.sh)
    # Chromium and the scenarios wait for each other and for programs most of the time.
    run_pytest browser .venv/bin/python --numprocesses $(($(nproc) + 1)) tests/browser
}

# Run one suite, show and keep its output, note its time and how it ended.
run() {
    local name=$1 status=0 started=$SECONDS
    shift
    rm -f "$reports/$name.xml"
    printf '\n==== %s\n' "$name"
    # A fresh shell, because `set -e` does not hold inside a function whose status is looked at.
    (set +e; (set -e; "$@"); exit $?) > >(tee "$reports/$name.log") 2>&1 </dev/null || status=$?
    echo "$status $((SECONDS - started))" >"$reports/$name.status"
}

main() {
    local suites=("$@") suite versions index version interpreter also
    [ "${#suites[@]}" != 0 ] || suites=(lint tools console unit asan tsan clang ext exports ext-asan e2e browser)
    if [ "${suites[*]}" = ext ]; then
        tools/install_system_packages.sh build
    else
        tools/install_system_packages.sh test
    fi
    python=$(tools/find_python.sh)
    newest=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    rm -rf "$reports"
    mkdir -p "$reports"
    for suite in "${suites[@]}"; do
        case "$suite" in
            ext)
                mapfile -t versions < <(if [ -n "${PYTHON:-}" ]; then echo "$newest $python"; else tools/find_python.sh --all; fi)
                for index in "${!versions[@]}"; do
                    read -r version interpreter <<<"${versions[index]}"
                    also=$([ "$index" != 0 ] && [ "$index" != $((${#versions[@]} - 1)) ] || echo also-commands)
                    run "ext-$version" suite_ext "$version" "$interpreter" "$also"
                done
                ;;
            lint | tools | console | unit | asan | tsan | clang | exports | ext-asan | e2e | browser | load) run "$suite" "suite_${suite//-/_}" ;;
            *) echo "run_tests.sh: no suite $suite" >&2 && exit 2 ;;
        esac
    done
    "$python" tools/test_summary.py "$reports"
}

main "$@"
