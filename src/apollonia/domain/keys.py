"""Musical keys and their names: with sharps or flats as they are written, Camelot, Open Key."""

from dataclasses import dataclass
from typing import Literal, Self

type Scale = Literal["major", "minor"]

_NUMBERS = {
    "C": 0, "B#": 0, "C#": 1, "Db": 1, "D": 2, "D#": 3, "Eb": 3, "E": 4, "Fb": 4, "F": 5, "E#": 5,
    "F#": 6, "Gb": 6, "G": 7, "G#": 8, "Ab": 8, "A": 9, "A#": 10, "Bb": 10, "B": 11, "Cb": 11,
}  # fmt: skip
_MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class MusicalKey:
    """``number``: the tonic in semitones above C."""

    number: int
    scale: Scale

    @classmethod
    def of(cls, tonic: str, scale: str) -> Self:
        """By the tonic's name, such as ``F#`` or ``Bb``.

        Raises:
            ValueError: there is no such key.
        """
        if tonic not in _NUMBERS or scale not in {"major", "minor"}:
            raise ValueError(f"there is no key {tonic} {scale}")
        return cls(_NUMBERS[tonic], "minor" if scale == "minor" else "major")

    @classmethod
    def parse(cls, name: str) -> Self:
        """By a name such as ``A minor``, ``Am``, ``Bb``, ``8A`` or ``1m``.

        Raises:
            ValueError: it is no name of a key.
        """
        text = name.strip()
        for key in _ALL:
            if text.lower() in {key.camelot.lower(), key.open_key.lower()}:
                return cls(key.number, key.scale)
        word, _, scale = text.partition(" ")
        if not scale:
            minor = word.endswith("m")
            word, scale = word.removesuffix("m"), "minor" if minor else "major"
        return cls.of(word[:1].upper() + word[1:], scale.strip().lower())

    @property
    def tonic(self) -> str:
        """As it is written in this scale."""
        return (_MAJOR if self.scale == "major" else _MINOR)[self.number]

    @property
    def name(self) -> str:
        """``A minor``."""
        return f"{self.tonic} {self.scale}"

    @property
    def camelot(self) -> str:
        """``8A``: A minor keys, B major ones, a fifth up from one number to the next."""
        return f"{(self._fifths + 7) % 12 + 1}{'A' if self.scale == 'minor' else 'B'}"

    @property
    def open_key(self) -> str:
        """``1m``: the same circle, from C major and A minor on."""
        return f"{self._fifths % 12 + 1}{'m' if self.scale == 'minor' else 'd'}"

    @property
    def _fifths(self) -> int:
        """Fifths from C major or its relative minor."""
        relative = self.number + 3 if self.scale == "minor" else self.number
        return relative * 7 % 12


_ALL = tuple(MusicalKey(number, scale) for number in range(12) for scale in ("major", "minor"))
