#!/usr/bin/env bash
# A snapshot probe on every line of real projects, while their own tests run: see tests/explore/explore.py.
#
#   explore.sh [PROJECT ...]     requests flask attrs; downloads and environments stay in build/explore
set -euo pipefail
cd "$(dirname "$0")/.."

tools/install_system_packages.sh build
python=$(tools/find_python.sh)
mkdir -p build/explore
tools/build_ext.sh explore "$python" -DCMAKE_BUILD_TYPE=Release
"$python" tests/explore/explore.py build/ext-explore/stage build/explore "$@"
