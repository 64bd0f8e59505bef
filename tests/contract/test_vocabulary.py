"""What every ``Vocabulary`` promises, and what a ``Search`` makes of it."""

from dataclasses import replace

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.search import SqlSearch, SqlVocabulary
from apollonia.domain.paging import FileFilter, Sort, SortKey
from apollonia.domain.query import parse
from apollonia.messages import Tags
from apollonia.ports.catalog import PendingChange
from apollonia.ports.search import Correction
from apollonia.testing.builders import a_media, a_place, a_time

RELEVANCE = Sort(SortKey.RELEVANCE)


def song(name, **tags):
    return a_place(
        path=f"/music/{name}.flac".encode(),
        media=a_media(tags=Tags(**tags)).model_dump(mode="json"),
    )


class Setup:
    def __init__(self, database):
        self.search = SqlSearch(database)
        self.vocabulary = SqlVocabulary(database)
        self.catalog = SqlCatalog(database)

    async def save(self, *places, op="created"):
        async with self.catalog.begin() as unit:
            await unit.save_places(places)
            changes = [PendingChange("file", place.id, op, a_time()) for place in places]
            await unit.record_changes(changes)
        await self.catalog.relay_changes(100)

    async def learn(self, limit=2):
        total = 0
        while number := await self.vocabulary.learn(limit):
            total += number
        return total

    async def find(self, query):
        return await self.search.search(FileFilter(query=parse(query)), RELEVANCE, limit=10)

    async def suggest(self, query):
        found = await self.search.suggest(query, len(query))
        return found, [(it.kind, it.text, it.count) for it in found.items]


@pytest.fixture
async def setup(open_database):
    setup = Setup(await open_database())
    await setup.save(
        song("a", title="Jóga", artist="Björk", album="Homogenic", genre="Trip Hop"),
        song("b", title="Army of Me", artist="Björk", genre="Trip Hop; Rock"),
        song("c", title="Jogging", artist="Bjorn Torske"),
    )
    return setup


CORRECTED = {
    "bjrok joga": {"bjrok": "bjork"},
    "bjjork homogenc": {"bjjork": "bjork", "homogenc": "homogenic"},
    "artist:bjerk": {"bjerk": "bjork"},
    '"army of mee"': {},
    '"amry of me"': {"amry": "army"},
    "homogneicc": {"homogneicc": "homogenic"},
    "kind:audio bjrok -rock": {"bjrok": "bjork"},
    "torkse": {"torkse": "torske"},
}


async def test_typing_errors_are_corrected_and_said(setup):
    await setup.learn()
    for query, words in CORRECTED.items():
        found = await setup.find(query)
        assert {it.typed: it.used for it in found.corrections} == words, query
        assert bool(found.items) == bool(words)
        assert (found.query is not None) == bool(words)


async def test_what_is_found_is_not_corrected(setup):
    await setup.learn()

    for query in ("joga", "jog", "nonesuch", "jo", "army joga", "-bjrok joga", "b1ork"):
        found = await setup.find(query)
        assert found.corrections == ()
        assert found.query is None


async def test_corrected_pages_follow_one_another(setup):
    await setup.save(*(song(f"more {n}", title="more", artist="Björk") for n in range(5)))
    await setup.learn()
    where, seen, after = FileFilter(text="bjrok"), [], None
    while True:
        page = await setup.search.search(where, RELEVANCE, limit=3, after=after)
        assert page.corrections == (Correction("bjrok", "bjork"),)
        seen += [place.id for place in page.items]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 7


async def test_every_file_is_learnt_once_and_later_ones_follow(setup):
    assert await setup.learn() >= 3
    assert await setup.learn() == 0
    later = song("d", title="Hyperballad", artist="Björk")
    await setup.save(later)
    assert await setup.learn() == 1

    assert (await setup.find("hyperbalad")).corrections
    assert (await setup.suggest("artist:bj"))[1][0] == ("value", 'artist:="Björk"', 3)

    await setup.save(replace(later, size=7), op="updated")
    assert await setup.learn() == 1
    assert (await setup.suggest("artist:bj"))[1][0] == ("value", 'artist:="Björk"', 3)


async def test_words_that_nobody_has_any_more_correct_nothing(setup):
    await setup.save(gone := song("gone", title="Unravel"))
    await setup.learn()
    await setup.save(
        replace(gone, media=a_media(tags=Tags(title="x")).model_dump(mode="json")), op="updated"
    )

    assert (await setup.find("unravle")).corrections == ()


async def test_suggestions_are_fields_words_and_values(setup):
    await setup.learn()

    found, items = await setup.suggest("love ti")
    assert (found.start, found.end) == (5, 7)
    assert items[0] == ("field", "title:", None)
    assert (await setup.suggest("jo"))[1] == [("word", "joga", 1), ("word", "jogging", 1)]
    assert (await setup.suggest("kind:vi"))[1] == [("value", "kind:video", None)]
    assert (await setup.suggest("format:f"))[1] == [("value", "format:flac", 3)]
    assert (await setup.suggest("genre:tr"))[1] == [("value", 'genre:"trip hop"', 2)]
    found, items = await setup.suggest('x artist:"björn t')
    assert found.start == 2
    assert items == [("value", 'artist:="Bjorn Torske"', 1)]
    assert (await setup.suggest("nosuch:a"))[1] == []
    assert (await setup.suggest(""))[1] == []
    assert (await setup.suggest("% _ \\"))[1] == []
