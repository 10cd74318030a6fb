#!/usr/bin/env bash
# Install what package-lock.json of the current folder says; does nothing when that is what is installed.
set -euo pipefail
stamp=node_modules/.installed
if ! cmp -s package-lock.json "$stamp"; then
    npm ci --no-audit --no-fund --loglevel=error
    cp package-lock.json "$stamp"
fi
