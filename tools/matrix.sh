#!/usr/bin/env bash
# Run the extension's tests on the CPython versions of Debian sid (3.13, 3.14, 3.15), in a root of their own.
#
# The root is made once with debootstrap and kept in ${STROBE_CACHE:-~/.cache/stroboscope}/sid; the checkout is copied
# in, built and tested there. Prints one row per version; exits 1 when a test failed or a version is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly VERSIONS="3.13 3.14 3.15"
root=${STROBE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/stroboscope}/sid

if [ "$(id -u)" != 0 ]; then
    echo "make matrix needs root: it makes a Debian root with debootstrap and enters it with chroot. Run: sudo make matrix" >&2
    exit 1
fi

# A mount namespace of our own: what is mounted below is gone when this script ends, however it ends.
if [ -z "${STROBE_MATRIX_INSIDE:-}" ] && unshare --mount true 2>/dev/null; then
    exec env STROBE_MATRIX_INSIDE=1 unshare --mount --propagation private "$0" "$@"
fi

# The archive that this machine's apt uses; a machine that is not Debian takes debootstrap's own.
debian_mirror() {
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -E '/debian/?$' | head -n 1 || true
}

bootstrap() {
    local mirror
    [ ! -e "$root/etc/debian_version" ] || return 0
    tools/install_system_packages.sh matrix
    mirror=$(debian_mirror)
    echo "== making $root (once, some minutes)"
    rm -rf "$root.part"
    mkdir -p "$(dirname "$root")"
    debootstrap --variant=minbase --include=ca-certificates sid "$root.part" ${mirror:+"$mirror"} ||
        { tail -n 20 "$root.part/debootstrap/debootstrap.log" >&2 && exit 1; }
    mv "$root.part" "$root"
}

inside() {
    env -u PYTHON -u PYTHONPATH -u VIRTUAL_ENV -u PYENV_ROOT -u MAKEFLAGS HOME=/var/tmp \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
        chroot "$root" "$@"
}

mount_system() {
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/tmp"
}

# The network as this machine has it: names, certificates, and what pip was told.
copy_network_settings() {
    local name value
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    cp -L /etc/hosts "$root/etc/hosts"
    [ ! -e /etc/pip.conf ] || cp -L /etc/pip.conf "$root/etc/pip.conf"
    # A mirror may lag behind; what this root is for needs no fresh promise.
    echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/99valid-until"
    mkdir -p "$root/etc/ssl/certs"
    cp -aLn /etc/ssl/certs/. "$root/etc/ssl/certs/" 2>/dev/null || true
    while IFS='=' read -r name value; do
        case "$name" in
            PIP_* | SSL_CERT_* | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE)
                if [ -f "$value" ]; then
                    mkdir -p "$root$(dirname "$value")"
                    cp -L "$value" "$root$value"
                fi
                ;;
        esac
    done < <(env)
}

# What is missing of compiler-independent packages; the rest comes from install_system_packages.sh, run inside.
install_pythons() {
    local version name missing=()
    for version in $VERSIONS; do
        for name in "python$version-dev" "python$version-venv"; do
            # shellcheck disable=SC2016
            inside dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
        done
    done
    [ "${#missing[@]}" != 0 ] || return 0
    inside apt-get update -q
    inside apt-get install -y -q --no-install-recommends "${missing[@]}"
}

copy_checkout() {
    mkdir -p "$root/src"
    find "$root/src" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
    if git rev-parse --git-dir >/dev/null 2>&1; then
        git ls-files -co --exclude-standard -z
    else
        find . -type f ! -path './build/*' ! -path './.venv/*' ! -path '*/node_modules/*' -print0
    fi | tar --create --null --files-from=- --ignore-failed-read 2>/dev/null | tar --extract -C "$root/src"
}

bootstrap
copy_network_settings
[ -n "${STROBE_MATRIX_INSIDE:-}" ] || trap 'umount -l "$root/tmp" "$root/dev" "$root/proc" || true' EXIT
mount_system
install_pythons
copy_checkout
found=$(inside /src/tools/find_python.sh --all | cut -d' ' -f1 | sort | xargs)
if [ "$found" != "$VERSIONS" ]; then
    echo "expected CPython $VERSIONS in $root, found $found" >&2
    exit 1
fi
inside env -C /src tools/run_tests.sh ext
