"""What is wrong with a container, by reading all of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from apollonia.analyze.material import Material

if TYPE_CHECKING:
    from apollonia.media.film.film import Film

_LEAST_S, _SHARE = 1.0, 0.05
_APART_S = 3.0


class ContainerFaults:
    """Index, duration, packets and times of a film."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``faults``: ``code`` and ``words`` each; ``streams``: packets, bytes and end of each.

        Codes: ``no_index``, ``wrong_duration``, ``broken_packets``, ``undecodable``,
        ``times_go_back``, ``streams_end_apart``, ``no_sound``.
        """
        film = material.film()
        return {
            "faults": [{"code": code, "words": words} for code, words in _faults(film)],
            "streams": [
                {
                    "type": it.type,
                    "codec": it.codec,
                    "packets": it.packets,
                    "bytes": it.bytes,
                    "end_ms": round(it.end_s * 1000),
                }
                for it in film.streams
            ],
            "complete": film.complete,
            "facts": {},
        }


def _faults(film: "Film") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if film.indexed is False and film.format_name.startswith(("matroska", "mov", "avi", "flv")):
        found.append(("no_index", "It has no index: jumping in it is slow."))
    told, lasts = film.facts.told_s, max((s.end_s for s in film.streams), default=0.0)
    first = min((s.end_s for s in film.streams if s.type in {"audio", "video"}), default=lasts)
    if told and film.complete and abs(told - lasts) > max(_LEAST_S, _SHARE * told):
        starts_late = film.format_name in {"mpegts", "mpeg"}
        if not starts_late or film.seconds < told * (1 - _SHARE) - _LEAST_S:
            words = f"It says that it lasts {told:.1f} s; what is in it ends at {lasts:.1f} s."
            found.append(("wrong_duration", words))
    corrupt = sum(s.corrupt for s in film.streams)
    if corrupt:
        found.append(("broken_packets", f"{corrupt} packets are broken."))
    if film.bad_frames:
        words = f"{film.bad_frames} frames cannot be decoded, or only in part."
        found.append(("undecodable", words))
    backwards = sum(s.backwards for s in film.streams)
    if backwards:
        found.append(("times_go_back", f"Times go back {backwards} times."))
    if lasts - first > _APART_S + _SHARE * lasts:
        found.append(
            ("streams_end_apart", f"One stream ends {lasts - first:.1f} s before another.")
        )
    if not any(s.type == "audio" for s in film.streams):
        found.append(("no_sound", "There is no sound in it."))
    return found
