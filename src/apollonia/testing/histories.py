"""A long life of a library, as a faithful ingestor and analysers tell it."""

from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import Any

import orjson

from apollonia.domain.ids import uuid7
from apollonia.messages import Tags
from apollonia.ports.bus import Message
from apollonia.testing.builders import a_file_body, a_media, a_message, a_time

_FEW = 40
_WORDS = ("love", "night", "blue", "road", "stone", "river", "home", "light")
_GENRES = ("Rock", "Jazz; Blues", "House", None)
_KEYS = ("8A", "8B", "9A")


class History:
    """Files that are made, written, moved, deleted and made again; each keeps its id."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._files: list[dict[str, Any]] = []
        self._contents: list[str] = []
        self._made = 0
        self.second = 0

    def events(self, number: int) -> Iterator[Message]:
        """The next ones, in their order."""
        return islice(self._tell(), number)

    def results(self, number: int) -> list[Message]:
        """Of contents that were told of."""
        return [self._result() for _ in range(number)] if self._contents else []

    def any_id(self) -> str:
        """Of some file, there or not."""
        return str(self._rng.choice(self._files)["id"])

    def any_content(self) -> str:
        """The SHA-256 of some content that was told of."""
        return self._rng.choice(self._contents)

    def _tell(self) -> Iterator[Message]:
        while True:
            self.second += 1
            what = self._rng.random()
            if what < 0.7 or len(self._files) < _FEW:  # noqa: PLR2004 - most files come to stay
                yield self._create()
            else:
                yield self._change(self._rng.choice(self._files[-_FEW * 5 :]))

    def _create(self) -> Message:
        self._made += 1
        album = self._made // 12
        path = f"/music/Artist {album // 5}/Album {album}/{self._made:07} Song.flac".encode()
        file = {"id": uuid7(), "path": path, "there": True, "content": self._content()}
        self._files.append(file)
        return self._event(file, event_type="IN_CREATE", origin="scan")

    def _change(self, file: dict[str, Any]) -> Message:
        if not file["there"]:
            file["there"] = True
            return self._event(file, event_type="IN_CREATE")
        what = self._rng.choice(("write", "move", "delete"))
        if what == "write":
            file["content"] = self._content()
            return self._event(file, event_type="IN_CLOSE_WRITE")
        if what == "delete":
            file["there"] = False
            return self._event(file, event_type="IN_DELETE")
        old = file["path"]
        file["path"] = f"/music/Moved {self.second % 50}/{self.second}.flac".encode()
        return self._event(file, event_type="IN_MOVED_TO", moved_from=old)

    def _content(self) -> str:
        """Mostly a new one, now and then a copy."""
        if self._contents and self._rng.random() < 0.1:  # noqa: PLR2004 - some copies
            return self._rng.choice(self._contents)
        self._contents.append(f"{self._rng.getrandbits(256):064x}")
        return self._contents[-1]

    def _event(self, file: dict[str, Any], **fields: Any) -> Message:
        number = int(file["content"][:8], 16)
        tags = Tags(
            title=" ".join(_WORDS[number >> shift & 7] for shift in (0, 3, 6)),
            artist=f"Artist {number % 300}",
            album=f"Album {number % 3_000}",
            genre=_GENRES[number % 4],
            year=1960 + number % 60,
            track=number % 12 + 1,
        )
        body = a_file_body(
            path=file["path"],
            file_id=file["id"],
            timestamp=a_time(self.second),
            sha256_hash=file["content"],
            xxh128_hash=file["content"][:32],
            size=number,
            media=a_media(tags=tags).model_dump(mode="json"),
            neighbors=[file["path"].decode().rpartition("/")[0] + "/cover.jpg"],
            **fields,
        )
        return a_message(body)

    def _result(self) -> Message:
        content = self.any_content()
        number = int(content[:8], 16)
        facts = {
            "tempo_bpm": 60.0 + number % 120,
            "key_camelot": _KEYS[number % 3],
            "energy": number % 100 / 100,
            "moods": [_WORDS[number % 8]],
        }
        result = {"analyser": "tempo", "version": "1", "status": "done", "data": {"facts": facts}}
        body = {
            "sha256_hash": content,
            "kind": "audio",
            "timestamp": a_time(self.second),
            "results": [result],
        }
        return a_message(orjson.dumps(body), schema="apollonia.analysis/1")
