from itertools import product

from apollonia.media.sniffing.sniff_frames import _MPEG_HEADER, mpeg_frame_length, sniff_frames


def test_headers_that_are_searched_for_are_those_that_give_a_length():
    for second, third in product(range(256), repeat=2):
        head = bytes((0xFF, second, third, 0))
        assert bool(_MPEG_HEADER.match(head)) == bool(mpeg_frame_length(head, 0))


def test_frames_are_found_after_junk_that_looks_like_their_beginning():
    header = b"\xff\xfb\x90\x00"
    frame = header + bytes(mpeg_frame_length(header, 0) - len(header))
    assert sniff_frames(b"\xff\xff\xff\xfb\xff" + frame * 5) == "mp3"
