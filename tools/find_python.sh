#!/usr/bin/env bash
# Find a CPython to build with, from 3.15 down to 3.11. It must run, and have its headers and venv.
#
#   find_python.sh          print the path of the newest one; PYTHON=... overrides
#   find_python.sh --all    print "3.13 /path/to/python" for the newest of each version, newest first
#
# Looked at: python3.X and python3 on PATH, pyenv's versions, /usr/bin, /usr/local/bin.
set -euo pipefail

readonly VERSIONS="3.15 3.14 3.13 3.12 3.11"

# One line per candidate: "ok 3.13 /real/path" or "no <reason>".
readonly PROBE='
import importlib.util, os, sys, sysconfig
version = "%d.%d" % sys.version_info[:2]
include = sysconfig.get_path("include") or ""
if sys.implementation.name != "cpython":
    print("no it is not CPython")
elif version not in sys.argv[1].split():
    print("no it is %s; Stroboscope needs 3.11 to 3.15" % version)
elif sysconfig.get_config_var("Py_GIL_DISABLED"):
    print("no it is a free-threaded build")
elif not os.path.exists(os.path.join(include, "Python.h")):
    print("no it has no headers (Debian and Ubuntu: install python%s-dev)" % version)
elif importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
    print("no it has no venv (Debian and Ubuntu: install python%s-venv)" % version)
else:
    print("ok %s %s" % (version, getattr(sys, "_base_executable", sys.executable))) # never a venv itself
'

examine() {
    "$1" -I -c "$PROBE" "$VERSIONS" 2>/dev/null || echo "no it does not run"
}

candidates() {
    local version directory
    for version in $VERSIONS; do
        command -v "python$version" || true
        for directory in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".* /usr /usr/local; do
            [ ! -x "$directory/bin/python$version" ] || echo "$directory/bin/python$version"
        done
    done
    command -v python3 || true
}

find_all() {
    local seen=" " candidate verdict version path
    while read -r candidate; do
        read -r verdict version path <<<"$(examine "$candidate")"
        if [ "$verdict" = ok ] && [[ "$seen" != *" $version "* ]]; then
            seen="$seen$version "
            echo "$version $path"
        fi
    done < <(candidates) | sort -t. -k2,2nr
}

if [ "${1:-}" = --all ]; then
    find_all
elif [ -n "${PYTHON:-}" ]; then
    read -r verdict rest <<<"$(examine "$PYTHON")"
    if [ "$verdict" != ok ]; then
        echo "PYTHON=$PYTHON cannot be used: $rest" >&2
        exit 1
    fi
    echo "${rest#* }"
else
    found=$(find_all | head -n 1)
    if [ -z "$found" ]; then
        echo "No CPython 3.11 to 3.15 with headers and venv found; install one, or name it: make PYTHON=/path/to/python3" >&2
        exit 1
    fi
    echo "${found#* }"
fi
