import hashlib

from apollonia.domain.kinds import RootState

TREE = """
/music/
    a.flac = one
    album/
        b.flac = two
        b.lrc = words
        cover.jpg
"""


async def test_scan_tells_of_every_file_once(rig):
    rig = rig(TREE)
    async with rig.running():
        events = {event.raw_path(): event for event in rig.events()}
        assert set(events) == set(rig.files.paths())
        assert {event.event_type for event in events.values()} == {"IN_CREATE"}
        assert {event.origin for event in events.values()} == {"scan"}
        assert rig.status().state is RootState.WATCHING
        assert (rig.status().found, rig.status().done, rig.status().errors) == (4, 4, 0)


async def test_scan_event_has_every_field_of_the_contract(rig):
    rig = rig(TREE)
    async with rig.running():
        (body,) = (body for body in rig.bodies() if body["file_path"] == "/music/album/b.flac")
    assert body["sha256_hash"] == hashlib.sha256(b"two").hexdigest()
    assert len(body["xxh128_hash"]) == 32
    assert body["size"] == 3
    assert body["modified_time"] == "2024-01-01T11:00:00.000000+00:00"
    assert body["neighbors"] == ["/music/album/b.lrc", "/music/album/cover.jpg"]
    assert body["related"][0] == {"file_path": "/music/album/b.lrc", "role": "lyrics"}
    assert body["root"] == "/music"
    assert body["links"] == 1
    assert body["media"] == {"kind": "audio", "format": "flac"}
    assert body["neighbors_truncated"] is False


async def test_second_start_reads_and_writes_nothing(rig):
    rig = rig(TREE)
    async with rig.running():
        pass
    rig.told()
    rig.inspector.hashed.clear()
    commits = len(rig.index.commits)
    async with rig.running():
        assert rig.told() == []
        assert rig.inspector.hashed == rig.inspector.looked == []
        assert len(rig.index.commits) == commits
        assert (rig.status().found, rig.status().done) == (4, 4)


async def test_scan_finds_what_happened_while_nobody_watched(rig):
    rig = rig(TREE)
    async with rig.running():
        b_id = rig.file_id(b"/music/album/b.flac")
        a_id = rig.file_id(b"/music/a.flac")
    rig.told()
    rig.files.write(b"/music/a.flac", b"changed")
    rig.files.move(b"/music/album", b"/music/renamed")
    rig.files.delete(b"/music/renamed/cover.jpg")
    rig.files.write(b"/music/new.mp3", b"three")
    await rig.clock.advance(60)
    rig.inspector.hashed.clear()
    async with rig.running():
        assert sorted(rig.told()) == [
            ("IN_CLOSE_WRITE", "/music/a.flac"),
            ("IN_CREATE", "/music/new.mp3"),
            ("IN_DELETE", "/music/album/cover.jpg"),
            ("IN_MOVED_TO", "/music/renamed/b.flac"),
            ("IN_MOVED_TO", "/music/renamed/b.lrc"),
        ]
    assert sorted(rig.inspector.hashed) == [b"/music/a.flac", b"/music/new.mp3"]
    assert rig.file_id(b"/music/renamed/b.flac") == b_id
    assert rig.file_id(b"/music/a.flac") == a_id


async def test_file_found_while_it_is_written_waits_until_it_is_quiet(rig):
    rig = rig(TREE)
    rig.files.write(b"/music/growing.mp3", b"1", close=False)
    async with rig.running(quiet=False):
        await rig.quiet(0.5)
        rig.files.write(b"/music/growing.mp3", b"12", close=False)
        await rig.quiet(0.8)
        assert ("IN_CREATE", "/music/growing.mp3") not in rig.told()
        await rig.quiet(1.0)
        (event,) = rig.events()
        assert event.size == 2


async def test_read_error_is_told_with_its_reason_and_retried_only_after_a_change(rig):
    rig = rig(TREE)
    rig.files.unreadable.add(b"/music/a.flac")
    async with rig.running():
        (event,) = (event for event in rig.events() if event.error is not None)
        assert event.raw_path() == b"/music/a.flac"
        assert (event.error.code, event.sha256_hash) == ("unreadable", None)
        assert rig.status().errors == 1
    rig.told()
    rig.files.unreadable.clear()
    async with rig.running():
        assert rig.told() == []
    rig.files.touch_status(b"/music/a.flac")
    async with rig.running():
        (event,) = rig.events()
        assert event.event_type == "IN_CLOSE_WRITE"
        assert event.sha256_hash == hashlib.sha256(b"one").hexdigest()


async def test_change_of_status_alone_is_read_again_but_not_told(rig):
    rig = rig(TREE)
    async with rig.running():
        pass
    rig.told()
    rig.files.touch_status(b"/music/a.flac")
    await rig.clock.advance(60)
    rig.inspector.hashed.clear()
    async with rig.running():
        assert rig.told() == []
        assert rig.inspector.hashed == [b"/music/a.flac"]
    rig.inspector.hashed.clear()
    async with rig.running():
        assert rig.inspector.hashed == []


async def test_second_name_of_a_file_is_read_since_nothing_proves_its_content(rig):
    rig = rig(TREE)
    async with rig.running():
        pass
    rig.told()
    rig.files.link(b"/music/a.flac", b"/music/same.flac")
    await rig.clock.advance(60)
    rig.inspector.hashed.clear()
    async with rig.running():
        events = {event.raw_path(): event for event in rig.events()}
        assert sorted(rig.inspector.hashed) == [b"/music/a.flac", b"/music/same.flac"]
        assert events[b"/music/same.flac"].event_type == "IN_CREATE"
        assert events[b"/music/same.flac"].links == 2
        assert events[b"/music/same.flac"].sha256_hash == hashlib.sha256(b"one").hexdigest()
        assert rig.file_id(b"/music/same.flac") != rig.file_id(b"/music/a.flac")


async def test_things_that_are_no_files_are_skipped_with_a_reason(rig):
    rig = rig(TREE)
    rig.files.make_pipe(b"/music/pipe")
    rig.files.make_link(b"/music/out", b"/elsewhere")
    rig.files.make_folder(b"/other")
    rig.files.make_link(b"/music/other", b"/other")
    rig.files.make_link(b"/music/inside", b"/music/a.flac")
    rig.files.make_link(b"/music/circle", b"/music/circle")
    rig.files.make_folder(b"/music/closed")
    rig.files.unreadable.add(b"/music/closed")
    async with rig.running():
        skipped = {one.path: one.reason for one in rig.status().skipped}
    assert skipped == {
        "/music/pipe": "named pipe",
        "/music/out": "link that leads nowhere or in a circle",
        "/music/other": "link to /other, outside of the root: not followed",
        "/music/inside": "link to /music/a.flac: cataloged there",
        "/music/circle": "link that leads nowhere or in a circle",
        "/music/closed": "folder not read: permission denied",
    }
    assert rig.status().skipped_count == 6


async def test_unfinished_hidden_and_foreign_names_are_left_alone(rig):
    rig = rig(
        """
        /music/
            a.flac
            b.flac.part
            c.mp3.crdownload
            .d.flac.Xy12Zq
            .hidden.mp3
            @eaDir/
                a.flac
            .Trash-1000/
                e.flac
            lost+found/
                f.flac
        """.replace("\n        ", "\n")
    )
    async with rig.running():
        assert rig.told() == [("IN_CREATE", "/music/a.flac")]


async def test_names_that_are_not_utf8_travel_as_raw_bytes(rig):
    rig = rig(TREE)
    name = b"/music/caf\xe9\n.mp3"
    rig.files.write(name, b"x")
    await rig.clock.advance(60)
    async with rig.running():
        (event,) = (event for event in rig.events() if event.raw_path() == name)
    assert event.file_path == "/music/caf\\xe9\n.mp3"
    assert event.file_path_b64 is not None


async def test_large_file_is_hashed_apart_and_looked_into(rig):
    rig = rig(TREE, large_file_bytes=2)
    async with rig.running():
        hashes = {event.raw_path(): event.sha256_hash for event in rig.events()}
    assert hashes[b"/music/a.flac"] == hashlib.sha256(b"one").hexdigest()
    assert b"/music/a.flac" in rig.inspector.looked


async def test_stamps_never_go_back_even_when_the_clock_does(rig):
    rig = rig(TREE)
    async with rig.running():
        pass
    last = rig.events()[-1].timestamp
    rig.told()
    rig.clock.set_wall(rig.clock.now_micros() - 3_600_000_000)
    rig.files.write(b"/music/a.flac", b"later")
    await rig.clock.advance(60)
    async with rig.running():
        (event,) = rig.events()
        assert event.timestamp > last
