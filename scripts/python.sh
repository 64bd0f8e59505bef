#!/bin/sh
# Prints the path of a Python 3.12 or 3.13: $PYTHON where given, else the first that PATH has.
set -u
probe='
import sys
if sys.implementation.name != "cpython" or not (3, 12) <= sys.version_info[:2] <= (3, 13):
    sys.exit(1)
print(getattr(sys, "_base_executable", None) or sys.executable)
'
if [ -n "${PYTHON:-}" ]; then
    set -- "$PYTHON"
else
    set -- python3 python3.12 python3.13 python
fi
for candidate in "$@"; do
    if found=$("$candidate" -c "$probe" 2>/dev/null); then
        echo "$found"
        exit 0
    fi
done
cat >&2 <<EOF
apollonia: no Python 3.12 or 3.13 here (looked for: $*).
Install one, put it on PATH and try again, or name it: make PYTHON=/path/to/python3.12 ...
EOF
exit 2
