"""Groups of contents that are alike, out of pairs."""

from collections.abc import Iterable, Sequence


def stars(pairs: Iterable[tuple[str, str]]) -> Sequence[Sequence[str]]:
    """Groups whose members are all alike to their first one; each content is in one group.

    Not whatever hangs together: along a chain of small differences the ends are not alike.
    """
    near: dict[str, set[str]] = {}
    for one, other in pairs:
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    taken: set[str] = set()
    groups = []
    for centre in sorted(near, key=lambda it: (-len(near[it]), it)):
        if centre not in taken:
            others = sorted(near[centre] - taken)
            if others:
                groups.append((centre, *others))
                taken.update((centre, *others))
    return groups
