#!/usr/bin/env bash
# Make or refresh build/venv-VERSION, where the extension's tests run. Beside the newest Python it also has the libraries
# whose objects a snapshot shows, unless PYTHON=... chose another: what is new has no wheels of them yet.
#
#   make_ext_venv.sh VERSION PYTHON
set -euo pipefail
cd "$(dirname "$0")/.."
requirements=(tools/requirements/ext.txt)
if [ -z "${PYTHON:-}" ] && [ "$(tools/find_python.sh)" = "$2" ]; then
    requirements+=(tools/requirements/packages.txt)
fi
exec tools/make_venv.sh "build/venv-$1" "$2" "${requirements[@]}"
