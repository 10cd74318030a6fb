#!/usr/bin/env bash
# Plant secrets of every class in every place of a program, capture it, and look for them in what would be sent.
#
#   planted_secrets.sh [CAPTURES]     100000 without a number; also recall and precision of the rules about names
set -euo pipefail
cd "$(dirname "$0")/.."
tools/install_system_packages.sh test
python=$(tools/find_python.sh)
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
tools/make_ext_venv.sh "$version" "$python"
tools/build_ext.sh "$version" "$python"
export STROBE_PLANTED=${1:-100000} PYTHONPATH=build/ext-$version/stage
exec "build/venv-$version/bin/python" -m pytest -p no:cacheprovider -q \
    tests/ext/snapshot/test_planted_secrets.py tests/ext/snapshot/test_redaction_names.py
