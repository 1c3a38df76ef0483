#!/bin/sh
# Set up greenmap: `set_up.sh install PYTHON VENV WHAT`, `set_up.sh peers VENV`, `set_up.sh browser`.
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
    add "$2" -e "$3"
}

add() { # folder what...
    folder=$1
    shift
    if command -v uv >/dev/null 2>&1; then
        uv pip install -q --python "$folder/bin/python" -c constraints.txt "$@"
    else
        "$folder/bin/python" -m pip install -q --disable-pip-version-check -c constraints.txt "$@"
    fi
}

peers() { # folder
    # One by one: what isn't there for this machine is named, and the benchmark skips it.
    "$1/bin/python" -c 'import tomllib
with open("pyproject.toml", "rb") as file:
    print(*tomllib.load(file)["project"]["optional-dependencies"]["bench"], sep="\n")' |
    while read -r package; do
        add "$1" "$package" </dev/null || echo "Not installed: $package; the benchmark skips it." >&2
    done
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
    peers) peers "$2" ;;
    browser) browser ;;
    *) echo "usage: set_up.sh install PYTHON VENV WHAT | peers VENV | browser" >&2; exit 2 ;;
esac
