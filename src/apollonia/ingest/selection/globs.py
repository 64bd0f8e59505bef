"""One glob of a ``.gitignore`` as a regular expression, by the rules of git's ``wildmatch``.

No glob can make matching slow: a star takes the nearest place where what follows it fits and never
tries another (``(?>…)``). That is right, because whatever comes later starts with a star again and
covers the rest. Engines that go back need minutes for ``*a*a*a*a*a*a*a*a*b`` and one long name, and
rule files come with downloads.
"""

import re
from collections.abc import Iterator

_STAR = "*"
_DEEP = "**/"  # any number of whole folders
_REST = "**"  # everything below

_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": r"\x21-\x7e",
    "lower": "a-z",
    "print": r"\x20-\x7e",
    "punct": r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    "space": r" \t\n\r\f\v",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
NEVER = "(?!)"


class NeverFitsError(ValueError):
    """A bracket that is not closed, a backslash at the end: git lets such a glob fit nothing."""


def translate(glob: str) -> str:
    """The expression that the whole of a path must match, with ``re.DOTALL``.

    Raises:
        NeverFitsError: nothing can fit.
    """
    chunks: list[list[str]] = [[]]
    rest = ""
    for token in _tokens(glob):
        if token == _DEEP:
            chunks.append([])
        elif token == _REST:
            rest = ".+"
        else:
            chunks[-1].append(token)
    *before, last = chunks
    if not before:
        return _chunk(last, is_last=not rest) + rest
    first, *between = before
    parts = [_chunk(first, is_last=False)]
    parts += [f"(?>(?:[^/]*/)*?{_chunk(chunk, is_last=False)})" for chunk in between if chunk]
    return "".join([*parts, "(?:.*/)?", _chunk(last, is_last=not rest), rest])


def _chunk(tokens: list[str], *, is_last: bool) -> str:
    """What stands between two ``**``; the last must reach the end of the path."""
    fixed = [""]
    for token in tokens:
        if token == _STAR:
            fixed.append("")
        else:
            fixed[-1] += token
    first, *others = fixed
    if not others:
        return first
    if not is_last:
        return first + "".join(f"(?>[^/]*?{part})" for part in others)
    *middle, end = others
    return first + "".join(f"(?>[^/]*?{part})" for part in middle) + f"[^/]*{end}"


def _tokens(glob: str) -> Iterator[str]:
    """Pieces of expressions, and the stars as they are."""
    at, end = 0, len(glob)
    while at < end:
        char = glob[at]
        if char == "*":
            token, at = _stars(glob, at)
            yield token
        elif char == "[":
            token, at = _bracket(glob, at + 1)
            yield token
        elif char == "\\":
            if at + 1 == end:
                raise NeverFitsError(glob)
            yield re.escape(glob[at + 1])
            at += 2
        else:
            yield "[^/]" if char == "?" else re.escape(char)
            at += 1


def _stars(glob: str, start: int) -> tuple[str, int]:
    """Two stars or more mean folders only where they are a whole part of the path."""
    end = start
    while end < len(glob) and glob[end] == "*":
        end += 1
    starts = start == 0 or glob[start - 1] == "/"
    if end - start == 1 or not starts or (end < len(glob) and glob[end] != "/"):
        return _STAR, end
    return (_REST, end) if end == len(glob) else (_DEEP, end + 1)


def _bracket(glob: str, start: int) -> tuple[str, int]:
    """``[…]`` from behind its bracket: never a slash; where it ends."""
    at = start
    negated = glob[at : at + 1] in {"!", "^"}
    at += negated
    items: list[str] = []
    before = ""  # what a range would begin with
    is_first = True
    while is_first or glob[at : at + 1] != "]":
        is_first = False
        item, before, at = _item(glob, at, before)
        items.append(item)
    content = "".join(items)
    if negated:
        return f"[^/{content}]", at + 1
    return (f"(?!/)[{content}]" if content else NEVER), at + 1


def _item(glob: str, at: int, before: str) -> tuple[str, str, int]:
    """One member of a bracket, what a range may begin with then, and where it ends."""
    char, after = _char(glob, at)
    upper = glob[at + 1 : at + 2]
    if glob[at] == "-" and before and upper and upper != "]":
        high, after = _char(glob, at + 1)
        fits = before <= high
        return (f"{re.escape(before)}-{re.escape(high)}" if fits else ""), "", after
    if glob.startswith("[:", at):
        end = glob.find("]", at + 2)
        if end < 0:
            raise NeverFitsError(glob)
        if end > at + 2 and glob[end - 1] == ":":
            known = _CLASSES.get(glob[at + 2 : end - 1])
            if known is None:
                raise NeverFitsError(glob)
            return known, "", end + 1
    return re.escape(char), char, after


def _char(glob: str, at: int) -> tuple[str, int]:
    """The character that stands here, where a backslash takes the next as it is."""
    at += glob[at : at + 1] == "\\"
    if at >= len(glob):
        raise NeverFitsError(glob)
    return glob[at], at + 1
