#!/bin/sh
# Write the fictional sample, assess it, say where everything lies.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PYTHONUTF8=1 exec "$here/env/bin/python" -m greenmap demo --out "$here/demo" "$@"
