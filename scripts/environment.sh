#!/bin/sh
# Makes .venv hold exactly one locked set, and the project itself in editable form.
# Usage: scripts/environment.sh run|dev
# Once the dev set is there it stays: `make run` after `make test` takes nothing away.
set -eu
cd "$(dirname -- "$0")/.."
set_name=$1
[ -e .venv/.dev ] && set_name=dev

supported='import sys; sys.exit(not (3, 12) <= sys.version_info[:2] <= (3, 13))'
if ! .venv/bin/python -c "$supported" 2>/dev/null; then
    python=$(scripts/python.sh)
    echo "apollonia: creating .venv with $python" >&2
    rm -rf .venv
    scripts/uv.sh venv --quiet --python "$python" .venv
fi

echo "apollonia: installing the $set_name set into .venv" >&2
scripts/retry.sh scripts/uv.sh pip sync --quiet --python .venv/bin/python --require-hashes \
    "requirements/$set_name.txt"
scripts/retry.sh scripts/uv.sh pip install --quiet --python .venv/bin/python --no-deps \
    --require-build-hashes --build-constraints requirements/build.txt --editable .

touch .venv/.run
if [ "$set_name" = dev ]; then touch .venv/.dev; fi
