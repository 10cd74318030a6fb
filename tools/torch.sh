#!/usr/bin/env bash
# Torch itself, of gigabytes: its tensors in captures.
#
#   torch.sh [VERSION]     2.15.0 unless said otherwise; build/venv-torch keeps it
set -euo pipefail
cd "$(dirname "$0")/.."
tools/install_system_packages.sh build
python=$(tools/find_python.sh)
tools/make_venv.sh build/venv-torch "$python" tools/requirements/ext.txt
build/venv-torch/bin/python -m pip install --quiet "torch==${1:-2.15.0}" numpy
tools/build_ext.sh torch "$python"
# What torch leaves unset in new memory is not what another tensor had there before.
MALLOC_PERTURB_=165 PYTHONPATH=build/ext-torch/stage build/venv-torch/bin/python -m pytest -p no:cacheprovider -q -rs \
    tests/ext/snapshot/test_capture_torch.py tests/ext/snapshot/test_capture_tensors.py
