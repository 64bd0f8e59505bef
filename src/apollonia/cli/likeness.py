"""What is like a file, and mixes, at a terminal."""

import getpass
import json
from collections.abc import Sequence

from rich.console import Console

from apollonia.cli.duplicates import named, opened
from apollonia.config import Settings
from apollonia.domain.mixing import EnergyCurve, MixPlan, Step, mix
from apollonia.domain.paths import display
from apollonia.errors import InvalidError
from apollonia.ports.similarity import SimilarFile

_POOL = 400
_MINUTE_MS = 60_000


async def similar(settings: Settings, file: str, *, limit: int, as_json: bool) -> None:
    """Files that are like one, and why."""
    async with opened(settings) as ports:
        place = await named(ports, file)
        _show(await ports.similarity.similar(place.id, limit), as_json=as_json)


async def recommend(settings: Settings, person: str | None, *, limit: int, as_json: bool) -> None:
    """What somebody may like."""
    async with opened(settings) as ports:
        whom = person or getpass.getuser()
        _show(await ports.similarity.recommend(whom, limit), as_json=as_json)


async def make_mix(settings: Settings, seeds: Sequence[str], plan: MixPlan, *, output: str) -> None:
    """Tracks in an order that mixes well; ``output``: text, json or m3u."""
    async with opened(settings) as ports:
        places = [await named(ports, it) for it in seeds]
        pool = await ports.similarity.tracks([it.id for it in places], _POOL)
        by_id = {it.id: it for it in pool}
        missing = [it for it in places if it.id not in by_id]
        if missing:
            raise InvalidError(f"{display(missing[0].path)} is no audio that can be mixed")
        steps = mix([by_id[it.id] for it in places], pool, plan)
        found = [await ports.library.place(it.track.id) for it in steps]
    paths = [display(it.path) if it else "" for it in found]
    if output == "json":
        document = [_step(step, path) for step, path in zip(steps, paths, strict=True)]
        print(json.dumps(document, indent=2))  # noqa: T201 - the result
    elif output == "m3u":
        print("\n".join(["#EXTM3U", *paths]))  # noqa: T201 - the result
    else:
        console = Console(soft_wrap=True)
        for number, (step, path) in enumerate(zip(steps, paths, strict=True), 1):
            console.print(f"{number:3} {path}", markup=False, highlight=False)
            console.print(f"    {'; '.join(step.why)}", style="dim", markup=False, highlight=False)


def plan_of(
    minutes: float, tempo: str | None, energy: EnergyCurve | None, *, keys: bool
) -> MixPlan:
    """The plan that options tell; ``tempo`` as ``120`` or ``118..128``.

    Raises:
        InvalidError: the tempo is none.
    """
    path = None
    if tempo is not None:
        first, _, last = tempo.partition("..")
        try:
            path = (float(first), float(last or first))
        except ValueError:
            raise InvalidError(f"{tempo} is no tempo: write 124, or 118..128") from None
        if min(path) <= 0:
            raise InvalidError(f"{tempo} is no tempo: it must be greater than 0")
    return MixPlan(length_ms=round(minutes * _MINUTE_MS), tempo=path, keys=keys, energy=energy)


def _step(step: Step, path: str) -> dict[str, object]:
    track = step.track
    return {
        "file_id": track.id,
        "file_path": path,
        "tempo_bpm": track.tempo_bpm,
        "key": track.key,
        "energy": track.energy,
        "duration_ms": track.duration_ms,
        "why": list(step.why),
    }


def _show(found: Sequence[SimilarFile], *, as_json: bool) -> None:
    if as_json:
        document = [
            {
                "file_id": it.place.id,
                "file_path": display(it.place.path),
                "score": it.score,
                "why": list(it.why),
            }
            for it in found
        ]
        print(json.dumps(document, indent=2))  # noqa: T201 - the result
        return
    console = Console(soft_wrap=True)
    for it in found:
        line = f"{it.score:.2f} {display(it.place.path)}  {'; '.join(it.why)}"
        console.print(line, markup=False, highlight=False)
    if not found:
        console.print("Nothing is known to be like it yet.")
