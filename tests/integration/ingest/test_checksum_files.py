"""Checksum files over a real folder, real workers and a real index; killed and started again."""

import hashlib
import os
import zlib
from dataclasses import replace

import pytest

from apollonia.media.hashing import LargeFiles


@pytest.fixture
def compared(stand):
    """The newest event of a checksum file that was compared."""
    stand.options = replace(stand.options, check_poll_s=0.2)

    def newest(name):
        path = os.fsencode(stand.root / name)
        found = [e for e in stand.events() if e.raw_path() == path and e.origin == "verify"]
        return found[-1] if found else None

    return newest


def lines(stand, algorithm, *names):
    return b"".join(
        hashlib.new(algorithm, (stand.root / name).read_bytes()).hexdigest().encode()
        + b"  "
        + os.fsencode(name)
        + b"\n"
        for name in names
    )


async def test_lists_of_every_kind_are_compared(stand, compared):
    stand.write("a.bin", b"a" * 5_000_000)
    stand.write("CD1/b.bin", b"b")
    (stand.root / "link").symlink_to("/etc/hostname")
    stand.write("SHA256SUMS", lines(stand, "sha256", "a.bin", "CD1/b.bin"))
    long = b"x" * 300
    odd = b"".join(b"0" * 32 + b"  " + name + b"\n" for name in (b"link", long, b"gone"))
    stand.write("x.md5", lines(stand, "md5", "a.bin") + odd)
    stand.write("x.sfv", b"; x\r\nCD1\\B.BIN %08x\r\na.bin 00000000\r\n" % zlib.crc32(b"b"))
    async with stand.running():
        await stand.until(lambda: all(map(compared, ("SHA256SUMS", "x.md5", "x.sfv"))))
    sums = compared("SHA256SUMS").media.checksums
    assert (sums.algorithm, sums.matched, sums.entries) == ("sha256", 2, 2)
    sums = compared("x.md5").media.checksums
    assert (sums.matched, sums.mismatched, sums.missing) == (1, [], ["gone"])
    assert sums.unread == ["link", long.decode()]
    assert (compared("x.sfv").media.checksums.matched, compared("x.md5").error) == (1, None)
    assert compared("x.sfv").error.code == "checksum_mismatch"
    assert compared("x.sfv").media.format == "sfv"


async def test_a_comparing_that_a_stop_prevented_is_made_at_the_next_start(stand, compared):
    stand.write("a.bin", b"a")
    stand.write("x.md5", lines(stand, "md5", "a.bin"))
    stand.options = replace(stand.options, check_poll_s=60.0)
    async with stand.running():
        pass
    stand.forget()
    stand.options = replace(stand.options, check_poll_s=0.2)
    async with stand.running():
        await stand.until(lambda: compared("x.md5"))
        stand.write("a.bin", b"other")
        await stand.until(lambda: compared("x.md5").error is not None)
    assert compared("x.md5").media.checksums.mismatched == ["a.bin"]


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha512", "crc32"])
async def test_digests_are_those_of_the_file(tmp_path, algorithm):
    path = tmp_path / "a.bin"
    path.write_bytes(b"data" * 700_000)
    async with LargeFiles(1) as large:
        facts, digest = await large.digest(bytes(path), algorithm, bytes(tmp_path))
    data = path.read_bytes()
    crc = f"{zlib.crc32(data):08x}"
    assert digest == (crc if algorithm == "crc32" else hashlib.new(algorithm, data).hexdigest())
    assert facts.size == len(data)
