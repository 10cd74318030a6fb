#!/usr/bin/env bash
# Build the extension and the test extensions for one interpreter and lay the package out for PYTHONPATH.
#
#   build_ext.sh NAME PYTHON [CMAKE-OPTION ...]     leaves build/ext-NAME/stage
#
# Debug, so that assertions hold in tests, but optimised a little: they compare millions of values. What GCC only then
# suspects, and wrongly, is not asked. Nothing is compiled twice when no source changed.
set -euo pipefail
cd "$(dirname "$0")/.."
name=$1 python=$2
shift 2
tree=build/ext-$name
flags="-g -O1 -Wno-maybe-uninitialized -Wno-format-truncation"

cmake -S . -B "$tree" -G Ninja -Wno-dev --log-level=WARNING -DCMAKE_BUILD_TYPE=Debug -DPython_EXECUTABLE="$python" \
    -DCMAKE_C_FLAGS_DEBUG="$flags" -DSTROBE_EXTENSION=ON -DSTROBE_HUB=OFF -DSTROBE_CONSOLE=OFF -DSTROBE_TESTS=OFF \
    -DSTROBE_TEST_EXTENSIONS=ON "$@" >"$tree.configure.log" 2>&1 ||
    { cat "$tree.configure.log" >&2; exit 1; }
cmake --build "$tree" --parallel "$(nproc)" --target wheel test_extensions

rm -rf "$tree/stage"
mkdir -p "$tree/stage"
cp -a python_shim/stroboscope "$tree/stage/"
find "$tree/stage" -name __pycache__ -prune -exec rm -rf {} +
cmake --install "$tree" --prefix "$tree/stage" --component wheel >/dev/null
cmake --install "$tree" --prefix "$tree/stage" --component test >/dev/null
