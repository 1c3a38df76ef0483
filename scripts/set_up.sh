#!/bin/sh
# Set up greenmap: `set_up.sh install PYTHON VENV WHAT`, `set_up.sh browser`.
set -eu

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1
    fi
}

apt_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root apt-get update -qq >/dev/null 2>&1 || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
}

make_venv() { # python folder
    [ -x "$2/bin/python" ] && return 0
    if command -v uv >/dev/null 2>&1; then
        UV_PYTHON_DOWNLOADS=never uv venv -q --python "$1" "$2"
        return 0
    fi
    "$1" -m venv "$2" 2>/dev/null && return 0
    # Debian and Ubuntu ship venv as a package of its own.
    rm -rf "$2"
    apt_install python3-venv && "$1" -m venv "$2" && return 0
    echo "Python's venv is missing; install it first (Debian, Ubuntu: apt install python3-venv)." >&2
    return 1
}

install() { # python folder what
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "greenmap needs Python 3.11 or later; name one: make PYTHON=python3.12 ..." >&2
        return 1
    }
    make_venv "$1" "$2"
    if command -v uv >/dev/null 2>&1; then
        uv pip install -q --python "$2/bin/python" -c constraints.txt -e "$3"
    else
        "$2/bin/python" -m pip install -q --disable-pip-version-check -c constraints.txt -e "$3"
    fi
}

has_chinese_font() {
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh 2>/dev/null)" ]
}

browser() {
    missing=""
    command -v chromium >/dev/null 2>&1 || missing="chromium"
    has_chinese_font || missing="$missing fontconfig fonts-noto-cjk"
    [ -z "$missing" ] && return 0
    # shellcheck disable=SC2086
    apt_install $missing && return 0
    echo "Not installed:$missing. Tests that open pages are skipped; install them for these." >&2
    [ "${CI:-}" != "true" ]
}

case "$1" in
    install) install "$2" "$3" "$4" ;;
    browser) browser ;;
    *) echo "usage: set_up.sh install PYTHON VENV WHAT | browser" >&2; exit 2 ;;
esac
