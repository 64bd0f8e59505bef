"""Checksum files as GNU, BSD and Windows tools write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.media.sidecars.checksum_files import Sum, beneath, is_checksum_name, read_sums

MD5 = "d41d8cd98f00b204e9800998ecf8427e"
SHA = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
NAMES = st.binary(min_size=1, max_size=30).filter(lambda n: b"\x00" not in n)


def sums(text, name=b"x.md5"):
    return list(read_sums(text, name).sums)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (f"{MD5}  a b.flac", Sum(b"a b.flac", "md5", MD5)),
        (f"{MD5.upper()} *sub/b.flac\r", Sum(b"sub/b.flac", "md5", MD5)),
        (f"{SHA}  c.mkv", Sum(b"c.mkv", "sha256", SHA)),
        (f"{SHA}   leading", Sum(b" leading", "sha256", SHA)),
        (f"\\{MD5}  a\\nb\\\\c\\rd", Sum(b"a\nb\\c\rd", "md5", MD5)),
        (f"{MD5}  a\\nb", Sum(b"a\\nb", "md5", MD5)),
        (f"SHA256 (d (1).mkv) = {SHA}", Sum(b"d (1).mkv", "sha256", SHA)),
        (f"MD5(e) = {MD5}", Sum(b"e", "md5", MD5)),
        (f"\\SHA2-256 (x) = {SHA}", None),
        (f"\\MD5 (a\\nb) = {MD5}", Sum(b"a\nb", "md5", MD5)),
        ("f g.mp3 CBF43926", Sum(b"f g.mp3", "crc32", "cbf43926")),
        ("; a comment CBF43926", None),
        (f"# {MD5}  a", None),
        ("just words", None),
        (f"SHA256 (x) = {MD5}", None),
        ("abc  name", None),
    ],
)
def test_every_dialect_is_read(line, found):
    assert sums(line.encode()) == ([found] if found else [])


def test_a_name_that_ends_like_a_digest_is_a_name_in_an_sfv():
    assert sums(f"{MD5}  x 00000001".encode(), b"x.sfv") == [
        Sum(f"{MD5}  x".encode(), "crc32", "00000001")
    ]


def test_a_digest_alone_is_that_of_the_file_it_is_named_after():
    assert sums(MD5.encode(), b"film.mkv.md5") == [Sum(b"film.mkv", "md5", MD5)]
    assert sums(MD5.encode(), b"sums") == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_of_windows_tools_are_understood(encoding):
    assert sums(f"{MD5} *ä.mp3\r\n".encode(encoding)) == [Sum("ä.mp3".encode(), "md5", MD5)]


def test_a_long_list_is_counted_and_cut():
    found = read_sums(b"\n".join(b"%08d.mp3 CBF43926" % n for n in range(20_000)), b"x.sfv")
    assert (len(found.sums), found.count) == (10_000, 20_000)


@pytest.mark.parametrize("name", [b"../x", b"a/../../x", b"/etc/passwd", b"\\\\host\\x", b"C:\\x",
                                  b".", b"", b"a\x00b", b"a/..", b"x" * 5000])  # fmt: skip
def test_no_name_leads_out_of_the_folder(name):
    assert beneath(name) is None


def test_names_below_the_folder_are_plain_paths():
    assert beneath(b"./CD1//a.mp3") == b"CD1/a.mp3"
    assert beneath(b"..a") == b"..a"


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("a.md5", True), ("A.SFV", True), ("SHA256SUMS", True), ("md5sums.txt", True), ("md5", False),
     ("a.txt", False), ("a.sha256.bak", False)],
)  # fmt: skip
def test_checksum_files_are_known_by_name(name, is_one):
    assert is_checksum_name(name) is is_one


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=10))
def test_any_bytes_give_a_bounded_list(data, name):
    found = read_sums(data, name)
    assert len(found.sums) <= found.count <= data.count(b"\n") + 1


@settings(max_examples=30, deadline=None)
@given(st.lists(NAMES, max_size=8))
def test_what_sha256sum_writes_is_read_again(names):
    lines = []
    for name in names:
        escaped = name.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
        mark = b"\\" if escaped != name else b""
        lines.append(mark + SHA.encode() + b"  " + escaped + b"\n")
    assert [one.name for one in sums(b"".join(lines))] == names


@settings(max_examples=30, deadline=None)
@given(NAMES)
def test_whatever_is_beneath_is_beneath(name):
    path = beneath(name)
    assert path is None or (not path.startswith(b"/") and b".." not in path.split(b"/"))
