"""Where the next page starts, as text that only we can make."""

import hmac
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from apollonia.api.errors import InvalidCursorError
from apollonia.domain.paging import After, FileFilter, Sort

MAX_CURSOR_CHARS = 16_384

_MAC_BYTES = 16
_MAX_PAYLOAD_BYTES = 64 << 10


class Cursors:
    """Opaque, signed, bound to sort and filter: any other list, and any change, is refused."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"apollonia cursors", "sha256")

    def encode(self, after: After, where: FileFilter, sort: Sort) -> str:
        """The cursor for the page that starts behind ``after``."""
        return self.seal((after.value, after.id), _list_of(where, sort))

    def decode(self, cursor: str, where: FileFilter, sort: Sort) -> After:
        """Where that page starts.

        Raises:
            InvalidCursorError: not made by us, or for another list.
        """
        value, last_id = self.unseal(cursor, _list_of(where, sort))
        return After(value, last_id)

    def seal(self, values: Sequence[Any], of: object) -> str:
        """Plain values as a cursor that is worth nothing for another list than ``of``."""
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        payload = zlib.compress(text.encode("utf-8", "surrogatepass"), 1)
        mac = self._mac(payload, of)
        return urlsafe_b64encode(mac + payload).rstrip(b"=").decode("ascii")

    def unseal(self, cursor: str, of: object) -> list[Any]:
        """The values again.

        Raises:
            InvalidCursorError: not made by us, or for another list.
        """
        if len(cursor) > MAX_CURSOR_CHARS:
            raise InvalidCursorError
        try:
            data = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        except (Base64Error, UnicodeEncodeError) as error:
            raise InvalidCursorError from error
        mac, payload = data[:_MAC_BYTES], data[_MAC_BYTES:]
        canonical = urlsafe_b64encode(data).rstrip(b"=").decode("ascii") == cursor
        if not canonical or not hmac.compare_digest(mac, self._mac(payload, of)):
            raise InvalidCursorError
        values: list[Any] = json.loads(_inflate(payload).decode("utf-8", "surrogatepass"))
        return values

    def _mac(self, payload: bytes, of: object) -> bytes:
        binding = sha256(repr(of).encode()).digest()
        return hmac.digest(self._key, binding + payload, "sha256")[:_MAC_BYTES]


def _list_of(where: FileFilter, sort: Sort) -> object:
    return where, sort.key.value, sort.descending


def _inflate(payload: bytes) -> bytes:
    return zlib.decompressobj().decompress(payload, _MAX_PAYLOAD_BYTES)
