import pytest

from apollonia.domain.kinds import Kind, extension_of, kind_by_extension
from apollonia.domain.languages import language_code


@pytest.mark.parametrize(
    ("name", "extension"),
    [("a.FLAC", "flac"), ("a.b.srt", "srt"), (".hidden", ""), ("none", ""), ("dot.", "")],
)
def test_extension_is_lower_case_and_never_the_whole_name(name, extension):
    assert extension_of(name) == extension


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.mp3", Kind.AUDIO),
        ("a.MKV", Kind.VIDEO),
        ("a.heic", Kind.IMAGE),
        ("a.srt", Kind.SUBTITLE),
        ("a.cue", Kind.DOCUMENT),
        ("a.exe", Kind.OTHER),
        ("noextension", Kind.OTHER),
    ],
)
def test_kind_by_extension(name, kind):
    assert kind_by_extension(name) is kind


@pytest.mark.parametrize(
    ("word", "code"),
    [("eng", "en"), ("German", "de"), ("pt-BR", "pt"), ("zh_CN", "zh"), ("x264", None), ("", None)],
)
def test_language_code(word, code):
    assert language_code(word) == code
