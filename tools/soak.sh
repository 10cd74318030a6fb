#!/usr/bin/env bash
# Soak: landmines over a million captures, then ten million captures and hits with resident memory looked at.
#
#   soak.sh [--small]     the table goes to stdout and to build/reports/soak-DATE.md
set -euo pipefail
cd "$(dirname "$0")/.."
tools/install_system_packages.sh test
python=$(tools/find_python.sh)
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
tools/make_ext_venv.sh "$version" "$python"
tools/build_ext.sh soak "$python" -DCMAKE_BUILD_TYPE=Release
export PYTHONPATH=build/ext-soak/stage
report=build/reports/soak-$(date +%F).md
mkdir -p build/reports

long=1
[[ ${1:-} == --small ]] && long=
log=build/reports/soak-landmines.log
STROBE_TEST_LONG=$long "build/venv-$version/bin/python" -m pytest -p no:cacheprovider -q \
    tests/ext/snapshot/test_capture_soak.py | tee "$log"
"build/venv-$version/bin/python" tests/soak/soak.py "$@" \
    --landmines "Landmines (\`test_capture_soak.py\`${long:+, STROBE_TEST_LONG=1}): $(tail -n 1 "$log")." | tee "$report"
echo "soak: the table is in $report"
