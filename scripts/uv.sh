#!/bin/sh
# Runs uv: the one on PATH when it knows all we ask of it, else a pinned one kept in .tools/uv.
# APOLLONIA_UV=pinned always takes the pinned one, so that every machine writes the same locks.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
own=$root/.tools/uv

# The interpreter is the machine's; certificates are the system's, as for every other program.
export UV_PYTHON_DOWNLOADS=never
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-120}"

if [ "${APOLLONIA_UV:-}" != pinned ]; then
    case $(uv pip install --help 2>/dev/null || true) in
        *--require-build-hashes*) exec uv "$@" ;;
    esac
fi

if ! [ "$own/.installed" -nt "$root/requirements/uv.txt" ]; then
    python=$("$root/scripts/python.sh")
    echo "apollonia: fetching uv into .tools/uv" >&2
    rm -rf "$own"
    if ! "$python" -m venv "$own" >&2; then
        rm -rf "$own"
        echo "apollonia: $python cannot make environments: install its venv and pip (Debian:" \
            "python3-venv), or uv" >&2
        exit 2
    fi
    "$root/scripts/retry.sh" "$own/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-input --only-binary=:all: --require-hashes -r "$root/requirements/uv.txt" >&2
    touch "$own/.installed"
fi
exec "$own/bin/uv" "$@"
