"""What an open file is: sniffed, then read by the probe of its kind; always an answer.

Rule: what can be opened is cataloged. A damaged file that still opens keeps its facts, with the
damage in words; one that does not open keeps its kind, with the fault.
"""

from dataclasses import dataclass
from typing import Any

from apollonia.domain.kinds import Kind
from apollonia.media.bounds import compact, fit
from apollonia.media.faults import MediaFault
from apollonia.media.probing.probe_av import AvFacts, probe_av
from apollonia.media.probing.probe_image import probe_image
from apollonia.media.probing.probe_plain import missing_tags, probe_plain
from apollonia.media.sidecars.facts import sidecar_facts
from apollonia.media.sniffing.content import Content
from apollonia.media.sniffing.formats import AUDIO_ONLY, FORMATS, Format, format_by_extension
from apollonia.media.sniffing.sniff import Guess, sniff
from apollonia.media.sniffing.structure import ends_early


@dataclass(frozen=True, slots=True)
class Probed:
    """``media`` is ``messages.Media`` as JSON, defaults left out; it has at least ``kind``."""

    media: dict[str, Any]
    fault: MediaFault | None = None


def probe(content: Content, *, pixel_limit: int) -> Probed:
    """Kind, format and facts of a file; the fault where it cannot be opened as what it is.

    Raises:
        OSError: the disk cannot deliver it.
    """
    guess = sniff(content.read_at, content.name)
    if content.size == 0:
        return Probed(_named(guess.kind, guess.format), MediaFault("empty", "The file is empty."))
    if guess.format is FORMATS["mpg"] and content.name.lower().endswith(".sub"):
        guess = Guess(Kind.SUBTITLE, FORMATS["sub"], sure=True)  # VobSub: pictures in a container
    if guess.kind is Kind.IMAGE:
        return _image(content, guess, pixel_limit)
    if guess.kind in {Kind.AUDIO, Kind.VIDEO}:
        return _audio_or_video(content, guess)
    return _sidecar(content, guess)


def _sidecar(content: Content, guess: Guess) -> Probed:
    """Subtitles and documents: what the text says; nothing in it makes the file unreadable."""
    named = _named(guess.kind, guess.format)
    return Probed(fit(named | sidecar_facts(content, guess.format.name if guess.format else None)))


def _named(kind: Kind, known: Format | None) -> dict[str, Any]:
    return compact(
        {
            "kind": str(kind),
            "format": known.name if known else None,
            "mime": known.mime if known else None,
        }
    )


def _image(content: Content, guess: Guess, pixel_limit: int) -> Probed:
    named = _named(guess.kind, guess.format)
    if not guess.sure or guess.format is None:
        return Probed(named, _not_what_it_says(guess))
    facts, fault = probe_image(content, guess.format, pixel_limit)
    return Probed(fit(named | compact(facts)), fault)


def _audio_or_video(content: Content, guess: Guess) -> Probed:
    known = guess.format if guess.sure else None
    try:
        facts = probe_av(content, known)
    except MediaFault as fault:
        return _unopened(content, guess, fault)
    kind = Kind(facts.media["kind"] or guess.kind)
    demuxer = known.demuxer if known else None
    named = _named(kind, _settled(facts, kind, guess))
    damage = ends_early(content, demuxer)
    if kind is Kind.AUDIO:
        facts.media["tags"] = missing_tags(content, facts.format, facts.media["tags"])
    media = fit(named | compact(facts.media | {"kind": str(kind), "damage": damage}))
    if not facts.playable:
        words = damage or "It opens, but there is neither sound nor picture in it."
        return Probed(media, MediaFault("truncated" if damage else "no_streams", words))
    return Probed(media)


def _settled(facts: AvFacts, kind: Kind, guess: Guess) -> Format | None:
    found = facts.format
    if found is None:
        found = FORMATS.get(str(facts.media["container"])) or guess.format
    if found is not None and found.kind is not kind:
        return Format(found.name, kind, found.mime.replace("video/", f"{kind}/"), found.demuxer)
    return found


def _unopened(content: Content, guess: Guess, fault: MediaFault) -> Probed:
    """FFmpeg cannot open it: its tags may be readable by other means all the same."""
    known = guess.format
    if known is not None:
        named = format_by_extension(content.name.rpartition(".")[2].lower())
        if named is not None and AUDIO_ONLY.get(known.name) == named.name:
            known = named
    if not guess.sure:
        return Probed(_named(guess.kind, known), _not_what_it_says(guess))
    kind = known.kind if known else guess.kind
    facts = probe_plain(content, known)
    return Probed(fit(_named(kind, known) | compact(facts)), fault)


def _not_what_it_says(guess: Guess) -> MediaFault:
    name = guess.format.name.upper() if guess.format else "a media file"
    return MediaFault("unsupported", f"It is named {name}, but its content is not.")
