"""From text to tree: what people type is understood, or said where it is not.

    query  = either ;
    either = both { OR both } ;
    both   = single { [ AND ] single } ;
    single = ( "-" | NOT ) single | "(" either ")" | word | quoted | field ":" value { "," value } ;

Lenient where text is being typed: open quotes and parentheses end with the query, operators that
lack a side are words, signs without a letter or digit are passed over.
"""

import re
import unicodedata
from decimal import Decimal

from apollonia.domain.query.fault import QueryError
from apollonia.domain.query.fields import RANGED, Field, Type, field_named
from apollonia.domain.query.lexer import Part, Token, Typed, tokens_of
from apollonia.domain.query.tree import (
    Age,
    Amount,
    Between,
    Date,
    Has,
    Is,
    Mode,
    Not,
    Number,
    Term,
    Text,
    Value,
    all_of,
    some_of,
)
from apollonia.domain.query.values import expected, read_value, suggested

_MAX_DEPTH = 24
_MAX_TERMS = 128
_DECADE = re.compile(r"(\d{2}|\d{4})s", re.ASCII)
_CENTURY = 1900
_THIS_CENTURY = 30


def parse(query: str) -> Term | None:
    """The tree of a query; ``None`` where it asks for nothing in particular.

    Raises:
        QueryError: with the position.
    """
    return _Parser(query).whole()


class _Parser:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = tokens_of(query)
        self._at = 0
        self._terms = 0

    def whole(self) -> Term | None:
        found: list[Term] = []
        while self._at < len(self._tokens):
            term = self._either(0)
            if term is not None:
                found.append(term)
            self._at += 1  # a parenthesis that closes nothing
        return all_of(*found) if found else None

    def _either(self, depth: int) -> Term | None:
        sides = [self._both(depth)]
        while self._is_operator("or") and self._begins_at(self._at + 1):
            self._at += 1
            sides.append(self._both(depth))
        found = [side for side in sides if side is not None]
        return some_of(*found) if found else None

    def _both(self, depth: int) -> Term | None:
        found: list[Term] = []
        while (token := self._next()) is not None and token.part is not Part.CLOSE:
            if found and self._is_operator("or") and self._begins_at(self._at + 1):
                break
            if found and self._is_operator("and") and self._begins_at(self._at + 1):
                self._at += 1
            term = self._single(depth)
            if term is not None:
                found.append(term)
        return all_of(*found) if found else None

    def _single(self, depth: int) -> Term | None:
        token = self._tokens[self._at]
        if depth > _MAX_DEPTH:
            raise QueryError("too many groups in one another", token.start)
        self._at += 1
        is_not = token.part is Part.OPERATOR and token.text.lower() == "not"
        if token.part is Part.MINUS or (is_not and self._begins_at(self._at)):
            term = self._single(depth + 1)
            return term.term if isinstance(term, Not) else term and Not(term)
        if token.part is Part.OPEN:
            term = self._either(depth + 1)
            self._at += 1  # what closes it, or the end
            return term
        self._count(token)
        if token.part is Part.FIELD:
            return _field_term(token)
        return _text(token)

    def _count(self, token: Token) -> None:
        self._terms += max(1, len(token.values))
        if self._terms > _MAX_TERMS:
            raise QueryError(
                f"a query asks for at most {_MAX_TERMS} things",
                token.start,
                token.end - token.start,
            )

    def _next(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _is_operator(self, word: str) -> bool:
        token = self._next()
        return token is not None and token.part is Part.OPERATOR and token.text.lower() == word

    def _begins_at(self, at: int) -> bool:
        """Whether something stands there that an operator can join."""
        return at < len(self._tokens) and self._tokens[at].part is not Part.CLOSE


def _text(token: Token) -> Term | None:
    if not has_word(token.text):
        return None
    if token.part is Part.WORD and token.text.lower() not in {"and", "or", "not"}:
        return Text(token.text)
    begun = token.begun or token.part is not Part.QUOTED
    return Text(token.text, mode=Mode.BEGUN if begun else Mode.PHRASE)


def has_word(text: str) -> bool:
    """Whether there is a letter or digit in it."""
    return any(sign.isalnum() or unicodedata.category(sign)[0] in "LN" for sign in text)


def _field_term(token: Token) -> Term:
    field = field_named(token.text)
    assert field is not None
    return some_of(*(_term(field, typed) for typed in token.values))


def _term(field: Field, typed: Typed) -> Term:
    if field.type in {Type.TEXT, Type.PATH}:
        return _field_text(field, typed)
    if typed.comparison not in {"", "="}:
        return _compared(field, typed)
    if not typed.quoted and field.type in RANGED:
        if ".." in typed.text:
            return _range(field, typed)
        if field.type is Type.YEAR and (decade := _DECADE.fullmatch(typed.text.lower())):
            return _decade(field, int(decade[1]))
    value = _value(field, typed, typed.text)
    if field.type is Type.HAS:
        return Has(str(value))
    return Is(field.name, value)


def _field_text(field: Field, typed: Typed) -> Text:
    if typed.comparison not in {"", "="}:
        raise QueryError(
            f"{field.name} is text, which cannot be compared", typed.start, typed.end - typed.start
        )
    if not has_word(typed.text) and not typed.text.startswith("/"):
        raise QueryError(
            f"{field.name}: needs a word to look for", typed.start, typed.end - typed.start
        )
    if typed.comparison:
        return Text(typed.text, field.name, Mode.WHOLE)
    if not typed.quoted:
        return Text(typed.text, field.name)
    return Text(typed.text, field.name, Mode.BEGUN if typed.begun else Mode.PHRASE)


def _compared(field: Field, typed: Typed) -> Between:
    if field.type not in RANGED:
        raise QueryError(
            f"{field.name} cannot be compared: give {expected(field)}",
            typed.start,
            typed.end - typed.start,
        )
    value, closed = _value(field, typed, typed.text), typed.comparison.endswith("=")
    if typed.comparison.startswith("<"):
        return Between(field.name, None, value, with_high=closed)
    return Between(field.name, value, None, with_low=closed)


def _range(field: Field, typed: Typed) -> Between:
    first, _, last = typed.text.partition("..")
    low = _value(field, typed, first) if first else None
    high = _value(field, typed, last.removeprefix(".")) if last else None
    if low is None and high is None:
        raise QueryError(f"{field.name}: a range needs an end", typed.start, 2)
    if isinstance(low, Age | Date) and isinstance(high, Age | Date) and type(low) is not type(high):
        raise QueryError(
            f"{field.name}: a range goes from date to date or from age to age",
            typed.start,
            typed.end - typed.start,
        )
    if _is_turned(low, high):
        low, high = high, low
    return Between(field.name, low, high)


def _is_turned(low: Value | None, high: Value | None) -> bool:
    if isinstance(low, Number) and isinstance(high, Number):
        return low.value > high.value
    if isinstance(low, Amount) and isinstance(high, Amount):
        return low.value > high.value
    return isinstance(low, Age) and isinstance(high, Age) and low.seconds > high.seconds


def _decade(field: Field, digits: int) -> Between:
    first = digits
    if digits < 100:  # noqa: PLR2004 - two digits
        first += _CENTURY + (100 if digits < _THIS_CENTURY else 0)
    first -= first % 10
    return Between(field.name, Number(Decimal(first)), Number(Decimal(first + 9)))


def _value(field: Field, typed: Typed, text: str) -> Value:
    value = read_value(field, text)
    if value is not None:
        return value
    suggestion = suggested(field, text)
    meant = f"; did you mean {suggestion}?" if suggestion else ""
    raise QueryError(
        f"“{text}” is not what {field.name}: takes: {expected(field)}{meant}",
        typed.start,
        typed.end - typed.start,
        suggestion,
    )
