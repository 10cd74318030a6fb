#!/usr/bin/env bash
# The agent exports its init function and nothing else, so that no name of ours can meet one of the program's; and it
# is linked the way somebody else's process needs.
#
#   check_exports.sh DIRECTORY     that holds stroboscope/_agent*.so
set -euo pipefail
shopt -s nullglob
found=("$1"/stroboscope/_agent*.so)
if [ "${#found[@]}" != 1 ]; then
    echo "$1/stroboscope: expected one _agent*.so, found ${#found[@]}" >&2
    exit 1
fi
module=${found[0]}
status=0

exported=$(nm -D --defined-only "$module" | awk '{print $3}' | grep -vx -e _init -e _fini || true)
if [ "$exported" != PyInit__agent ]; then
    echo "$module exports more than PyInit__agent:" >&2
    echo "$exported" >&2
    status=1
fi
for flag in NOW NODELETE SYMBOLIC; do
    if ! readelf -d "$module" | grep -q "\b$flag\b"; then
        echo "$module is not linked with $flag" >&2
        status=1
    fi
done
if readelf -d "$module" | grep -q 'NEEDED.*libpython'; then
    echo "$module needs libpython, which a static interpreter does not have" >&2
    status=1
fi
# What the interpreter gives is undefined by design; anything else would fail at import, or later.
undefined=$(ldd -r "$module" 2>&1 | grep -o 'undefined symbol: [A-Za-z0-9_]*' | grep -v ': _\?Py' || true)
if [ -n "$undefined" ]; then
    echo "$module: $undefined" >&2
    status=1
fi
[ "$status" != 0 ] || echo "$(basename "$module"): exports PyInit__agent alone"
exit "$status"
