"""Scenes of a film: where it is cut, where it dissolves or fades, and chapters that follow."""

from collections.abc import Mapping
from typing import Any

from apollonia.analyze.material import Material
from apollonia.analyze.seeing.joins import find_joins
from apollonia.analyze.seeing.scenes import Scene, chapters_of, scenes_of

_MOST_SCENES = 1_500


class Scenes:
    """Of all frames at once."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``scenes`` in order, at most 1,500 of them; ``chapters``: ``start_ms`` each.

        A scene has ``start_ms``, ``end_ms``, ``kind`` (how it begins: ``start``, ``cut``,
        ``dissolve``, ``fade``), ``key_ms`` (what is typical of it), ``frame`` (the first one's
        number), and where it begins gradually ``fade_ms``. ``exact``: every frame was looked at.
        """
        film = material.film()
        joins = find_joins(film.tiny)
        scenes = scenes_of(film.tiny, film.times_s, film.seconds, joins)
        return {
            "scenes": [_row(scene) for scene in scenes[:_MOST_SCENES]],
            "cuts": sum(join.kind == "cut" for join in joins),
            "dissolves": sum(join.kind == "dissolve" for join in joins),
            "fades": sum(join.kind == "fade" for join in joins),
            "chapters": [
                {"start_ms": _ms(start)} for start in chapters_of(scenes, joins, film.seconds)
            ],
            "exact": film.every == "frame" and film.complete,
            "facts": {"scenes": len(scenes)},
        }


def _row(scene: Scene) -> dict[str, Any]:
    row = {
        "start_ms": _ms(scene.start_s),
        "end_ms": _ms(scene.end_s),
        "kind": scene.kind,
        "key_ms": _ms(scene.key_s),
        "frame": scene.first_frame,
    }
    return row | ({"fade_ms": _ms(scene.fade_s)} if scene.fade_s else {})


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
