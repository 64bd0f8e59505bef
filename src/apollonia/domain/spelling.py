"""Slips of the finger: which words may have been meant by one that nobody wrote.

Two words within one slip share a form that lacks one letter of each at most, so forms find the
candidates by looking them up. Source: the symmetric delete algorithm (W. Garbe, SymSpell), with the
optimal string alignment distance to judge them.
"""

from itertools import combinations

LEAST_LETTERS = 4
MOST_LETTERS = 24
_LONG = 6


def can_be_wrong(word: str) -> bool:
    """Whether slips of it are looked for: words without digits, neither short nor endless."""
    return LEAST_LETTERS <= len(word) <= MOST_LETTERS and not any(map(str.isdigit, word))


def slips_allowed(word: str) -> int:
    """One, in long words two."""
    return 2 if len(word) >= _LONG else 1


def forms_kept(word: str) -> set[str]:
    """The word, and what is left of it without any one letter."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def forms_asked(word: str) -> set[str]:
    """What to look up for a word that may be wrong; without two letters where it is long.

    All words within one slip are found by these, and those within two where no more than one
    letter is missing or wrong.
    """
    forms = forms_kept(word)
    if slips_allowed(word) > 1:
        for first, second in combinations(range(len(word)), 2):
            forms.add(word[:first] + word[first + 1 : second] + word[second + 1 :])
    return forms


def distance(one: str, other: str) -> int:
    """How many letters are missing, too many, wrong, or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for to, sign in enumerate(other, 1):
            cost = min(before[to] + 1, row[-1] + 1, before[to - 1] + (letter != sign))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == sign:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
    return row[-1]
