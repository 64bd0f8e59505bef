"""Descriptions in XML: Kodi's, and XMP; and the ways to attack who reads XML."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.media.faults import MediaFault
from apollonia.media.sidecars.nfo import read_nfo
from apollonia.media.sidecars.xml_tree import MAX_DEPTH, MAX_ELEMENTS, parse_xml
from apollonia.media.sidecars.xmp import read_xmp

MOVIE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<movie><title>Ame &amp; co</title><originaltitle>Amélie</originaltitle><year>2001</year>
<ratings><rating name="a"><value>1</value></rating>
<rating name="b" default="true"><value>8.3</value></rating></ratings>
<plot>Long.</plot><runtime>122</runtime><genre>Comedy / Drama</genre><genre>Drama</genre>
<uniqueid type="tmdb">194</uniqueid><id>tt0211915</id><director>Jeunet</director>
<actor><name>Tautou</name><role>Amélie</role></actor><premiered>2001-04-25</premiered></movie>
https://www.imdb.com/title/tt9999999/
"""
LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]><movie><title>&lol2;</title></movie>"""
OUTSIDE = """<!DOCTYPE movie [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<movie><title>&secret;</title></movie>"""
PARAMETER = """<!DOCTYPE movie [<!ENTITY % x SYSTEM "http://a.example/x.dtd"> %x;]><movie/>"""
XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:CreatorTool="darktable">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Dawn</rdf:li></rdf:Alt></dc:title>
<dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>sun</rdf:li></rdf:Bag></dc:subject>
<dc:creator><rdf:Seq><rdf:li>Ann</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF>
</x:xmpmeta><?xpacket end="w"?>"""


def test_a_film_is_described():
    assert read_nfo(MOVIE)["nfo"] == {
        "type": "movie",
        "title": "Ame & co",
        "original_title": "Amélie",
        "year": 2001,
        "rating": 8.3,
        "plot": "Long.",
        "runtime_minutes": 122,
        "genres": ["Comedy", "Drama"],
        "directors": ["Jeunet"],
        "actors": ["Tautou"],
        "date": "2001-04-25",
        "ids": {"tmdb": "194", "imdb": "tt0211915"},
    }


def test_a_special_episode_is_of_season_zero():
    text = (
        "<episodedetails><title>One</title><showtitle>S</showtitle><season>0</season>"
        "<episode>3</episode><aired>2011-01-02</aired></episodedetails><episodedetails>"
    )
    assert read_nfo(text)["nfo"] == {
        "type": "episode", "title": "One", "show_title": "S", "season": 0, "episode": 3,
        "date": "2011-01-02", "year": 2011,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "type_", "more"),
    [
        ("<tvshow><title>S</title><tvdbid>81189</tvdbid></tvshow>", "tvshow",
         {"title": "S", "ids": {"tvdb": "81189"}}),
        (("<album><title>A</title><artist>B</artist><musicbrainzalbumid>a-1</musicbrainzalbumid>"
         "</album>"), "album",
         {"title": "A", "artists": ["B"], "ids": {"musicbrainz_album": "a-1"}}),
        ("<artist><name>B</name><biography>Long</biography></artist>", "artist",
         {"title": "B", "plot": "Long"}),
        ("<musicvideo><title>V</title><rating>7,5</rating></musicvideo>", "musicvideo",
         {"title": "V", "rating": 7.5}),
        ("<season><seasonnumber>2</seasonnumber></season>", "season", {"season": 2}),
    ],
)  # fmt: skip
def test_other_works_are_described(text, type_, more):
    assert read_nfo(text)["nfo"] == {"type": type_} | more


def test_a_link_alone_tells_which_work_it_is():
    text = "https://www.themoviedb.org/movie/194-amelie https://www.imdb.com/title/tt0211915/"
    assert read_nfo(text) == {"nfo": {"ids": {"imdb": "tt0211915", "tmdb": "194"}}}


@pytest.mark.parametrize("text", ["", "  \n ", "░▒▓ A release ▓▒░", "<html><body/></html>"])
def test_a_text_that_describes_nothing_is_no_fault(text):
    assert read_nfo(text) == {}


@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE, PARAMETER])
def test_entities_are_refused(text):
    with pytest.raises(MediaFault, match="entities"):
        read_nfo(text)


@pytest.mark.parametrize("text", ["<movie><title>A</movie>", "<movie>", "<a b></a>", "<"])
def test_damaged_xml_is_a_fault(text):
    with pytest.raises(MediaFault, match="XML"):
        read_nfo(text)


def test_deep_nesting_is_refused():
    with pytest.raises(MediaFault, match="nested"):
        parse_xml("<a>" * (MAX_DEPTH + 1))


def test_no_more_elements_are_read_than_are_worth_it():
    root = parse_xml("<a>" + "<b/>" * (MAX_ELEMENTS * 2) + "</a>")
    assert len(list(root.each())) == MAX_ELEMENTS


def test_a_declaration_that_lies_about_its_encoding_does_no_harm():
    text = '<?xml version="1.0" encoding="utf-16"?><movie><title>Ä</title></movie>'
    assert read_nfo(text)["nfo"]["title"] == "Ä"


def test_xmp_tells_what_people_noted():
    assert read_xmp(XMP)["xmp"] == {
        "rating": 4.0,
        "tool": "darktable",
        "title": "Dawn",
        "subjects": ["sea", "sun"],
        "creators": ["Ann"],
    }


@settings(max_examples=30, deadline=None)
@given(st.text("<>/ab&;![]?\"'= \n", max_size=60))
def test_whatever_looks_like_xml_ends_in_facts_or_a_fault(text):
    with contextlib.suppress(MediaFault):
        assert isinstance(parse_xml(text).name, str)


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1, max_size=40).filter(lambda t: t.isprintable() and t.strip() == t))
def test_a_title_that_was_written_is_read_again(title):
    from xml.sax.saxutils import escape

    assert read_nfo(f"<movie><title>{escape(title)}</title></movie>")["nfo"]["title"] == title
