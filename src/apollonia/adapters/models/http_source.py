"""One file over HTTP, from where an earlier try was cut off, within limits of size and time."""

import http.client
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

_BLOCK = 64 << 10
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_PARTIAL, _NOT_SATISFIABLE, _SERVER_FAULT = 206, 416, 500
_AGENT = "apollonia (models)"


class SourceError(Exception):
    """A source did not give the file; why. ``again``: it may the next time."""

    def __init__(self, why: str, *, again: bool) -> None:
        super().__init__(why)
        self.again = again


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """``silence_s``: without a byte; ``total_s``: for one try at one file."""

    silence_s: float = 30.0
    total_s: float = 900.0


class _SameSafety(urllib.request.HTTPRedirectHandler):
    """Who was asked over TLS must not lead to where there is none, or to no HTTP at all."""

    max_redirections = 5

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        target = urlsplit(newurl).scheme
        if target not in {"http", "https"} or (req.type == "https" and target != "https"):
            raise SourceError(f"it leads to {newurl}, which is not safe", again=False)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(
    url: str, part: Path, size: int, limits: HttpLimits, told: Callable[[int], None]
) -> None:
    """Append to ``part`` what it lacks of ``size`` bytes; ``told`` hears how many there are.

    A server that ignores ranges is read from the start. What was written stays for the next try.

    Raises:
        SourceError: the server has no such file, gave more or less than ``size`` bytes, was silent,
            or took too long.
        OSError: ``part`` cannot be written.
    """
    have = part.stat().st_size if part.exists() else 0
    if have > size:
        part.unlink()
        have = 0
    if have == size:
        return
    request = urllib.request.Request(  # noqa: S310 - checked below
        url, headers={"User-Agent": _AGENT, "Accept-Encoding": "identity"}
    )
    if request.type not in {"http", "https"}:
        raise SourceError(f"{request.type} is not fetched from", again=False)
    if have:
        request.add_header("Range", f"bytes={have}-")
    opener = urllib.request.build_opener(_SameSafety)
    try:
        with opener.open(request, timeout=limits.silence_s) as answer:
            start = _start(answer, have, size)
            _append(answer, part, start, size, limits, told)
    except urllib.error.HTTPError as error:
        if error.code == _NOT_SATISFIABLE:
            part.unlink(missing_ok=True)
            raise SourceError("what was there does not fit; from the start", again=True) from error
        again = error.code in {408, 429} or error.code >= _SERVER_FAULT
        raise SourceError(f"it answers {error.code} {error.reason}", again=again) from error
    except (
        urllib.error.URLError,
        http.client.HTTPException,
        TimeoutError,
        ConnectionError,
    ) as error:
        reason = getattr(error, "reason", error)
        nowhere = isinstance(reason, socket.gaierror) and reason.errno != socket.EAI_AGAIN
        raise SourceError(f"it cannot be reached: {reason}", again=not nowhere) from error


def _start(answer: http.client.HTTPResponse, have: int, size: int) -> int:
    """Where the answer begins; how long it says to be must fit."""
    if answer.status != _PARTIAL:
        told, start = answer.headers.get("Content-Length"), 0
        if told is not None and told != str(size):
            raise SourceError(f"its file has {told} bytes and not {size}", again=False)
        return start
    found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != have or found[3] not in {"*", str(size)}:
        raise SourceError("it gives another part than was asked for", again=False)
    return have


def _append(
    answer: http.client.HTTPResponse,
    part: Path,
    start: int,
    size: int,
    limits: HttpLimits,
    told: Callable[[int], None],
) -> None:
    ends = time.monotonic() + limits.total_s
    have = start
    with part.open("r+b" if part.exists() else "wb") as file:
        file.truncate(start)
        file.seek(start)
        while block := answer.read1(min(_BLOCK, size - have + 1)):
            have += len(block)
            if have > size:
                file.truncate(0)
                raise SourceError(f"it gives more than {size} bytes", again=False)
            file.write(block)
            told(have)
            if time.monotonic() > ends:
                raise SourceError(f"it took longer than {limits.total_s:.0f} s", again=True)
    if have < size:
        raise SourceError(f"it was cut off after {have} of {size} bytes", again=True)
