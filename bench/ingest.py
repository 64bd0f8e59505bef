"""All measures of ingest, each beside its limit or a peer from the same run.

python bench/ingest.py [--only NAME,NAME] [--files 20000] [--repeat 3] [--corpus DIR]

``docs/benchmarks.md`` says what each of them means.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from apollonia.observe.logs import configure_logs
from corpus import make_corpus
from ingest_measures import (
    bursts,
    bursts_rabbit,
    first_scan,
    hashing,
    idle,
    latency,
    memory,
    searchable,
    unchanged,
)
from ingest_measures.ground import Ground
from ingest_measures.quiet import Moment
from report import Measure, write

MEASURES: Mapping[str, Callable[[Ground], list[Measure]]] = {
    "hashing": hashing.measure,
    "bursts": bursts.measure,
    "bursts_rabbit": bursts_rabbit.measure,
    "first_scan": first_scan.measure,
    "unchanged": unchanged.measure,
    "idle": idle.measure,
    "memory": memory.measure,
    "latency": latency.measure,
    "searchable": searchable.measure,
}


def main() -> int:
    """Run and report; 4: a target does not hold, 1: a measure could not be taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help=f"of {', '.join(MEASURES)}; separated by commas")
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--corpus", type=Path, help="use this folder instead of making one")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else list(MEASURES)
    if unknown := set(names) - MEASURES.keys():
        parser.error(f"no such measures: {', '.join(sorted(unknown))}")
    configure_logs(level="WARNING", form="console")
    base = Path(tempfile.mkdtemp(prefix="apollonia-bench-"))
    try:
        corpus = options.corpus or base / "corpus"
        if options.corpus is None:
            make_corpus(corpus, options.files)
            time.sleep(1.5)  # what was written within the settle time would be waited for
        ground = Ground(
            base=base, corpus=corpus.resolve(), files=options.files, repeat=options.repeat
        )
        return _run(names, ground)
    finally:
        shutil.rmtree(base)


def _run(names: list[str], ground: Ground) -> int:
    measures: list[Measure] = []
    failed: list[str] = []
    for name in names:
        before = Moment.now()
        try:
            measures += MEASURES[name](ground)
        except Exception:  # noqa: BLE001 - the others are still worth having
            traceback.print_exc()
            failed.append(name)
        print(f"{name}: {before.until_now()}")
        os.sync()  # what one leaves to be written is not the next one's to wait for
    code = write("ingest", measures)
    if failed:
        print(f"could not be measured: {', '.join(failed)}", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
