#!/bin/sh
# Install greenmap from the wheels beside this file, without a network.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for python in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
    if command -v "$python" >/dev/null 2>&1 &&
        "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
        exec "$python" "$here/setup/install.py"
    fi
done
echo "Python 3.11, 3.12 or 3.13 was not found. See README.txt." >&2
exit 2
