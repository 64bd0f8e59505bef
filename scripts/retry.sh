#!/bin/sh
# Runs a command that downloads, up to three times: package indexes have bad moments.
# Usage: scripts/retry.sh COMMAND [ARGUMENT...]
attempt=1
until "$@"; do
    code=$?
    if [ "$attempt" -ge 3 ]; then
        echo "apollonia: gave up after $attempt tries: $*" >&2
        exit "$code"
    fi
    pause=$((attempt * 5))
    echo "apollonia: that failed (exit $code); trying again in ${pause} s" >&2
    sleep "$pause"
    attempt=$((attempt + 1))
done
