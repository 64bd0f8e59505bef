import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollonia.domain import paths

raw_paths = st.binary(min_size=1, max_size=200).filter(lambda raw: b"\0" not in raw)


@given(raw_paths)
def test_wire_form_gives_back_the_raw_bytes(raw):
    assert paths.from_wire(paths.display(raw), paths.to_base64(raw)) == raw


def test_display_shows_odd_bytes_as_escapes():
    assert paths.display(b"/m/caf\xe9.mp3") == "/m/caf\\xe9.mp3"


def test_base64_travels_only_with_names_that_are_not_utf8():
    assert paths.to_base64("/m/café\n.mp3".encode()) is None
    assert paths.to_base64(b"/m/caf\xe9.mp3") is not None


def test_from_wire_refuses_what_is_not_base64():
    with pytest.raises(ValueError, match=r"base64|padding|digit"):
        paths.from_wire("/m/x", "***")


def test_names_are_never_normalised():
    composed, combining = "é".encode(), "e\u0301".encode()
    assert paths.path_key(composed) != paths.path_key(combining)


@pytest.mark.parametrize(
    ("path", "folder", "name"),
    [(b"/m/a.flac", b"/m", b"a.flac"), (b"/a", b"/", b"a"), (b"/m/n/o", b"/m/n", b"o")],
)
def test_folder_and_name_split_at_the_last_slash(path, folder, name):
    assert (paths.folder_of(path), paths.name_of(path)) == (folder, name)


@pytest.mark.parametrize(
    ("path", "folder", "inside"),
    [
        (b"/m/a", b"/m", True),
        (b"/m", b"/m", True),
        (b"/music/a", b"/m", False),
        (b"/m/a", b"/", True),
        (b"/m/a", b"/m/", True),
        (b"/", b"/m", False),
    ],
)
def test_is_inside_compares_whole_names(path, folder, inside):
    assert paths.is_inside(path, folder) is inside
