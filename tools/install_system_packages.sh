#!/usr/bin/env bash
# Install the system packages that are missing; does nothing, quickly, when none is.
#
#   install_system_packages.sh build     what `make build` and `make demo` need
#   install_system_packages.sh test      and what `make test` needs
#   install_system_packages.sh matrix    and what `make matrix` needs
#
# Debian and Ubuntu: with apt-get, as root or through sudo. Elsewhere, and where neither is there, it prints what to
# install and stops.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

BUILD="build-essential cmake ninja-build pkg-config git ca-certificates libwebsockets-dev libwebsockets-evlib-uv
    libjansson-dev libpcre2-dev libunwind-dev libssl-dev libsqlite3-dev libuv1-dev libcap-dev"
TEST="libcmocka-dev clang clang-format clang-tidy chromium tmux shellcheck procps"
MATRIX="debootstrap debian-archive-keyring"

missing_of() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || echo "$name"
    done
}

in_archive() {
    apt-cache show "$1" >/dev/null 2>&1
}

# Ubuntu ships Chromium only as a snap, which a script cannot install everywhere; the browser tests then say so.
optional() {
    [ "$1" = chromium ]
}

explain_and_stop() {
    {
        echo "Stroboscope needs these packages, and $1. As Debian names them:"
        printf '  %s\n' "${@:2}"
        echo "Install them, then run make again."
    } >&2
    exit 1
}

apt_install() {
    local become=() kept=() name
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || explain_and_stop "this user may not install them" "$@"
        become=(sudo)
    fi
    if [ -z "${updated:-}" ]; then
        "${become[@]}" apt-get update -q
        updated=1
    fi
    for name in "$@"; do
        if optional "$name" && ! in_archive "$name"; then
            echo "note: this release has no package $name; the browser tests need Chromium or Chrome on PATH" >&2
        else
            kept+=("$name")
        fi
    done
    [ "${#kept[@]}" = 0 ] || "${become[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${kept[@]}"
}

require() {
    local missing
    mapfile -t missing < <(missing_of "$@")
    [ "${#missing[@]}" = 0 ] || apt_install "${missing[@]}"
}

# The release's newest CPython that will do, only when the machine has none already.
require_python() {
    local version
    "$here/find_python.sh" >/dev/null 2>&1 && return
    [ -n "${updated:-}" ] || apt_install
    for version in 3.15 3.14 3.13 3.12 3.11; do
        if in_archive "python$version-dev" && in_archive "python$version-venv"; then
            apt_install "python$version-dev" "python$version-venv"
            return
        fi
    done
    explain_and_stop "this release has no CPython 3.11 or later" python3-dev python3-venv
}

# clang's sanitizer and fuzzer runtimes are a package of their own, named after clang's version, from Debian 12 on.
require_clang_runtime() {
    local major name
    major=$(clang -dumpversion | cut -d. -f1)
    name="libclang-rt-$major-dev"
    [ -n "$(missing_of "$name")" ] || return 0
    if in_archive "$name"; then
        apt_install "$name"
    fi
}

lane=${1:-build}
case "$lane" in
    build) wanted="$BUILD" ;;
    test) wanted="$BUILD $TEST" ;;
    matrix) wanted="$BUILD $MATRIX" ;;
    *) echo "usage: $0 build|test|matrix" >&2 && exit 2 ;;
esac
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    stamp="$here/../build/system-packages-$lane.told"
    [ -e "$stamp" ] && exit 0
    mkdir -p "$here/../build" && touch "$stamp"
    # shellcheck disable=SC2086
    explain_and_stop "this system has no apt-get (said once; the next make goes on)" $wanted
fi
# shellcheck disable=SC2086
require $wanted
require_python
[ "$lane" != test ] || require_clang_runtime
