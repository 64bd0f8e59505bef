"""Words that no file has, and what was probably meant by them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, product

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run, select_by_keys
from apollonia.adapters.library.expressions import words_of_text
from apollonia.adapters.search.vocabulary import slip_key
from apollonia.domain.query.tree import All, Mode, Some, Term, Text, all_of, some_of
from apollonia.domain.spelling import can_be_wrong, distance, forms_asked, slips_allowed
from apollonia.ports.search import Correction

_BEGINS = "SELECT 1 FROM search_words WHERE field = 'word' AND word >= ? AND word < ? LIMIT 1"
_EXISTS = "SELECT 1 FROM search_words WHERE field = 'word' AND word = ?"
_CANDIDATES = (
    "SELECT word, files FROM search_words WHERE field = 'word'"
    " AND word IN (SELECT word FROM search_slips WHERE slip IN {keys})"
)
_MAX_WRONG = 3
_MAX_MEANT = 3
_MAX_TRIES = 6


def corrected(
    connection: Connection, asked: Term, finds: Callable[[Term], bool]
) -> tuple[Term, tuple[Correction, ...]] | None:
    """What was meant by a query that found nothing; ``finds`` tells whether another one does."""
    wrong = [
        (word, meant)
        for word, begins in dict(_words_of(asked)).items()
        if can_be_wrong(word) and not _is_known(connection, word, begins=begins)
        if (meant := _meant_by(connection, word))
    ][:_MAX_WRONG]
    if not wrong:
        return None
    for choice in islice(product(*(meant for _, meant in wrong)), _MAX_TRIES):
        used = {word: it for (word, _), it in zip(wrong, choice, strict=True)}
        term = _replaced(asked, used)
        if finds(term):
            return term, tuple(Correction(word, it) for word, it in used.items())
    return None


def _words_of(term: Term) -> Iterator[tuple[str, bool]]:
    """The words that must be there, each with whether it may go on."""
    match term:
        case Text():
            begins = term.mode in {Mode.WORDS, Mode.BEGUN}
            yield from ((word, begins) for word in words_of_text(term.text))
        case All() | Some():
            for it in term.terms:
                yield from _words_of(it)
        case _:
            return


def _is_known(connection: Connection, word: str, *, begins: bool) -> bool:
    if begins:
        return bool(run(connection, _BEGINS, (word, f"{word}\U0010ffff")))
    return bool(run(connection, _EXISTS, (word,)))


def _meant_by(connection: Connection, word: str) -> Sequence[str]:
    """The likeliest words within the allowed slips: the nearest first, then the commonest."""
    keys = [slip_key(form) for form in forms_asked(word)]
    rows = select_by_keys(connection, _CANDIDATES, keys)
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    near = [(distance(word, it), -files, it) for it, files in found.items()]
    allowed = slips_allowed(word)
    return [it for far, _, it in sorted(near) if far <= allowed][:_MAX_MEANT]


def _replaced(term: Term, used: Mapping[str, str]) -> Term:
    match term:
        case All():
            return all_of(*(_replaced(it, used) for it in term.terms))
        case Some():
            return some_of(*(_replaced(it, used) for it in term.terms))
        case Text():
            return _text(term, used)
        case _:
            return term


def _text(text: Text, used: Mapping[str, str]) -> Term:
    words = words_of_text(text.text)
    if not any(word in used for word in words):
        return text
    meant = [used.get(word, word) for word in words]
    if text.mode is not Mode.WORDS:
        return Text(" ".join(meant), text.field, text.mode)
    return all_of(*(Text(word, text.field) for word in meant))
