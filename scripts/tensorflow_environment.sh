#!/bin/sh
# Makes .tools/tensorflow: the dev set, TensorFlow (1.3 GB) and the project, to compare the runtimes.
set -eu
cd "$(dirname -- "$0")/.."
environment=.tools/tensorflow
python=$(scripts/python.sh)
echo "apollonia: installing TensorFlow into $environment (1.3 GB)" >&2
scripts/uv.sh venv --quiet --clear --python "$python" "$environment"
scripts/retry.sh scripts/uv.sh pip sync --quiet --python "$environment/bin/python" --require-hashes \
    requirements/dev.txt requirements/tensorflow.txt
scripts/retry.sh scripts/uv.sh pip install --quiet --python "$environment/bin/python" --no-deps \
    --require-build-hashes --build-constraints requirements/build.txt --editable .
touch "$environment/.installed"
