#!/usr/bin/env bash
# Make or refresh a virtual environment; does nothing when interpreter and requirements are as they were.
#
#   make_venv.sh DIRECTORY PYTHON REQUIREMENTS.txt ...
#
# DIRECTORY/.ready changes only when the environment did, so that make can depend on it.
set -euo pipefail
directory=$1 python=$2
shift 2

wanted="$("$python" -c 'import sys; print(sys.version, sys.executable)') $(cat "$@" | cksum)"
ready="$directory/.ready"
if [ -e "$ready" ] && [ "$(cat "$ready")" = "$wanted" ] && "$directory/bin/python" -c "" 2>/dev/null; then
    exit 0
fi
echo "== $directory: $("$python" --version)"
"$python" -m venv --clear "$directory"
"$directory/bin/python" -m pip install --quiet --disable-pip-version-check "${@/#/--requirement=}"
printf '%s\n' "$wanted" >"$ready"
