from apollonia.analyze.intake import Intake
from apollonia.ports.analyses import StoredResult
from apollonia.ports.bus import Delivery
from apollonia.testing.builders import SHA256, a_file_body, a_media, a_message, a_time

OTHER = "c" * 64


def deliveries(*bodies):
    return [
        Delivery(a_message(body), "apollonia-analyzer", 0, number)
        for number, body in enumerate(bodies)
    ]


def intake_of(world) -> Intake:
    return Intake(
        bus=world.bus,
        cache=world.cache,
        analyses=world.catalog,
        clock=world.clock,
        options=world.options,
    )


async def record(world, sha256=SHA256, version="1"):
    async with world.catalog.begin() as unit:
        await unit.save_results(
            [
                StoredResult(
                    sha256_hash=sha256,
                    analyser="quick",
                    version=version,
                    model=None,
                    status="done",
                    reason=None,
                    data=None,
                    timestamp=a_time(),
                )
            ]
        )


async def test_a_new_content_is_queued_once_in_the_lane_of_its_kind(world):
    await intake_of(world)(None, deliveries(a_file_body(), a_file_body(path=b"/music/copy.flac")))
    [work] = world.works("audio")
    assert (work.sha256_hash, work.size, work.kind) == (SHA256, 1024, "audio")


async def test_the_same_content_is_queued_under_the_same_message_id(world):
    for _ in range(2):
        await intake_of(world)(None, deliveries(a_file_body()))
    ids = {it.message_id for it in world.bus.waiting("apollonia-analyzer.audio")}
    assert len(ids) == 1


async def test_what_is_gone_unread_broken_or_no_media_makes_no_work(world):
    error = {"code": "corrupt", "message": "no"}
    document = a_media(kind="document", format="txt")
    await intake_of(world)(
        None,
        deliveries(
            a_file_body(event_type="IN_DELETE"),
            a_file_body(sha256_hash=None, error=error),
            a_file_body(error=error),
            a_file_body(media=document),
            b"no event at all",
        ),
    )
    assert not any(world.works(lane) for lane in ("audio", "video", "image", "urgent"))


async def test_a_file_that_is_only_warned_about_is_analysed(world):
    warning = {"code": "silent_change", "message": "look"}
    await intake_of(world)(None, deliveries(a_file_body(error=warning)))
    assert len(world.works("audio")) == 1


async def test_what_the_catalog_has_is_not_queued_and_then_known_from_the_cache(world):
    await record(world)
    await intake_of(world)(None, deliveries(a_file_body()))
    assert world.works("audio") == []

    world.catalog.away = True  # the cache alone answers for it now
    await intake_of(world)(None, deliveries(a_file_body(event_type="IN_CLOSE_WRITE")))
    assert world.works("audio") == []


async def test_a_result_of_an_older_version_does_not_count(world):
    await record(world, version="0")
    await intake_of(world)(None, deliveries(a_file_body(), a_file_body(sha256_hash=OTHER)))
    assert {work.sha256_hash for work in world.works("audio")} == {SHA256, OTHER}


async def test_names_that_are_not_utf8_keep_their_bytes(world):
    await intake_of(world)(None, deliveries(a_file_body(path=b"/music/\xff.flac")))
    [work] = world.works("audio")
    assert work.raw_path() == b"/music/\xff.flac"
