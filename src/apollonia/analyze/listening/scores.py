"""What the models found in one sound, by label, and how several of them are taken together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

type Scores = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Heard:
    """Mean score of each label over what was heard: of both musicnn models, and of YAMNet."""

    msd: Scores
    mtt: Scores
    yamnet: Scores


@dataclass(frozen=True, slots=True)
class Meaning:
    """The labels of each model that stand for one thing."""

    msd: tuple[str, ...] = ()
    mtt: tuple[str, ...] = ()
    yamnet: tuple[str, ...] = ()

    def score(self, heard: Heard, support: float) -> float:
        """Between 0 and 1.

        The mean over the musicnn models that have a word for it, each by its strongest word; YAMNet
        adds ``support`` times its own, since it was trained on everything and speaks low of music.
        """
        told = [
            max(scores.get(label, 0.0) for label in labels)
            for scores, labels in ((heard.msd, self.msd), (heard.mtt, self.mtt))
            if labels
        ]
        base = sum(told) / len(told) if told else 0.0
        extra = max((heard.yamnet.get(label, 0.0) for label in self.yamnet), default=0.0)
        return min(1.0, base + support * extra)


def ranked(scores: Scores, *, least: float, share: float, most: int) -> list[tuple[str, float]]:
    """The strongest first: at least ``least`` and ``share`` of the strongest, at most ``most``."""
    order = sorted(scores.items(), key=lambda it: (-it[1], it[0]))
    if not order:
        return []
    limit = max(least, share * order[0][1])
    return [(name, value) for name, value in order[:most] if value >= limit]


def rounded(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    """For people and messages: four digits are more than the models know."""
    return {name: round(float(value), 4) for name, value in pairs}
