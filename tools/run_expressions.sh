#!/usr/bin/env bash
# The long lanes of the expressions' tests, on one interpreter (PYTHON=..., otherwise the newest found).
#
#   run_expressions.sh landmines          a million random expressions; minutes
#   run_expressions.sh fuzz SECONDS       mutated source text
set -euo pipefail
cd "$(dirname "$0")/.."

tools/install_system_packages.sh build
python=$(tools/find_python.sh)
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
tools/build_ext.sh "$version" "$python"
tools/make_ext_venv.sh "$version" "$python"
export PYTHONPATH=$PWD/build/ext-$version/stage

case "$1" in
    landmines)
        "build/venv-$version/bin/python" -m pytest -p no:cacheprovider -q -s -m landmines tests/ext/expression/test_landmines.py
        ;;
    fuzz) "build/venv-$version/bin/python" tests/ext/expression/fuzz_source.py "$2" ;;
    *) echo "run_expressions.sh: no lane $1" >&2 && exit 2 ;;
esac
