"""All measures of the distributed bus, each beside its limit or a peer from the same run.

python bench/bus.py [--only NAME,NAME] [--messages 10000] [--repeat 3]

Uses the servers that `make services` started, and starts those that are missing.
``docs/benchmarks.md`` says what each of them means.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Mapping

from apollonia.observe.logs import configure_logs
from bus_measures import consume, far_database, graph, populate, publish
from bus_measures.ground import Ground, running_servers
from ingest_measures.quiet import Moment
from report import Measure, write

MEASURES: Mapping[str, tuple[Callable[[Ground], list[Measure]], tuple[str, ...]]] = {
    "publish": (publish.measure, ("rabbitmq",)),
    "consume": (consume.measure, ("rabbitmq",)),
    "graph": (graph.measure, ("neo4j",)),
    "populate": (populate.measure, ("rabbitmq", "postgresql")),
    "far_database": (far_database.measure, ("rabbitmq", "postgresql")),
}


def main() -> int:
    """Run and report; 4: a target does not hold, 1: a measure could not be taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help=f"of {', '.join(MEASURES)}; separated by commas")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    names = options.only.split(",") if options.only else list(MEASURES)
    if unknown := set(names) - MEASURES.keys():
        parser.error(f"no such measures: {', '.join(sorted(unknown))}")
    configure_logs(level="ERROR", form="console")
    needed = tuple(dict.fromkeys(server for name in names for server in MEASURES[name][1]))
    with running_servers(needed) as url:
        return _run(names, Ground(url=url, messages=options.messages, repeat=options.repeat))


def _run(names: list[str], ground: Ground) -> int:
    measures: list[Measure] = []
    failed: list[str] = []
    for name in names:
        before = Moment.now()
        try:
            measures += MEASURES[name][0](ground)
        except Exception:  # noqa: BLE001 - the others are still worth having
            traceback.print_exc()
            failed.append(name)
        print(f"{name}: {before.until_now()}")
        os.sync()  # what one leaves to be written is not the next one's to wait for
    code = write("bus", measures)
    if failed:
        print(f"could not be measured: {', '.join(failed)}", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
