import time

import pytest

from apollonia.ingest.selection.patterns import MAX_PATTERNS, Patterns


def ignored(lines, path):
    """As a walk would find out: a folder that is ignored is not entered."""
    patterns = Patterns.parse(lines) if isinstance(lines, str) else Patterns.of(lines)
    *folders, name = path.split("/")
    above = ""
    for folder in folders:
        if patterns.fit(above, folder, is_folder=True):
            return True
        above += folder + "/"
    return bool(patterns.fit(above, name, is_folder=False))


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.tmp", "deep/down/a.tmp", True),
        ("*.tmp", "a.tmp.flac", False),
        ("live", "live/a", True),
        ("live/", "live", False),
        ("live/", "a/live/b", True),
        ("/live", "a/live", False),
        ("a/b", "x/a/b", False),
        ("a/*/c", "a/x/c", True),
        ("a/*/c", "a/x/y/c", False),
        ("a/**/c", "a/c", True),
        ("a/**/c", "a/x/y/c", True),
        ("**/c/d", "x/y/c/d", True),
        ("**/c*e/d", "cx/ce/d", True),
        ("a/**", "a/x", True),
        ("a**c", "abc", True),
        ("a**/c", "a/b/c", False),
        ("?.mp3", "é.mp3", True),
        ("a?b", "a/b", False),
        ("[a-c].mp3", "b.mp3", True),
        ("[!a-c].mp3", "b.mp3", False),
        ("[^a-c].mp3", "d.mp3", True),
        ("[]a]", "]", True),
        ("[[:digit:]]", "7", True),
        ("[[:nonsense:]]", "n", False),
        ("[c-a]", "b", False),
        ("a[/]b", "a/b", False),
        ("a[", "a[", False),
        ("a\\", "a\\", False),
        ("\\#a", "#a", True),
        ("\\!a", "!a", True),
        ("#a", "#a", False),
        ("a  ", "a", True),
        ("a\\ ", "a ", True),
        ("\\*", "b", False),
        ("/", "a", False),
        ("!", "a", False),
        ("*", "line\nbreak", True),
        ("a", "a\n", False),
    ],
)
def test_pattern_fits_as_git_says(pattern, path, expected):
    assert ignored([pattern], path) is expected


def test_the_last_pattern_that_fits_decides():
    assert not ignored(["*.flac", "!keep.flac"], "keep.flac")
    assert ignored(["!keep.flac", "*.flac"], "keep.flac")
    assert ignored(["*", "!keep/"], "keep/a")


def test_a_file_in_an_ignored_folder_cannot_be_taken_back():
    assert ignored(["live/", "!live/a"], "live/a")


def test_rule_files_may_be_written_on_other_systems():
    text = "\ufeff# words\r\n\r\n*.tmp\r\n!a.tmp\r"
    assert ignored(text, "b.tmp")
    assert not ignored(text, "a.tmp")


def test_names_that_are_no_text_can_be_matched():
    name = b"\xff\xfe.mp3".decode("utf-8", "surrogateescape")
    assert ignored(["*.mp3"], name)
    assert ignored(["??.mp3"], name)


@pytest.mark.parametrize(
    "pattern", ["*a" * 60 + "*b", "**/" + "*a*/**/" * 30 + "b", "[a-z]*" * 60 + "X"]
)
def test_no_pattern_takes_long(pattern):
    """Engines that go back would need years for each of these."""
    patterns = Patterns.of([pattern])
    started = time.perf_counter()
    assert not patterns.fit("aa/" * 300, "a" * 250, is_folder=False)
    assert time.perf_counter() - started < 0.5


def test_too_many_rules_are_refused():
    Patterns.of(["a"] * MAX_PATTERNS)
    with pytest.raises(ValueError, match="more than 1000 rules"):
        Patterns.of(["a"] * (MAX_PATTERNS + 1))
