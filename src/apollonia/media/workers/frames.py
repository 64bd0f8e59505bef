"""Messages between the pool and a worker: a length of four bytes, then JSON. Never pickle.

A hostile file may take over the decoder, and with it the worker: what a worker sends is read as
data, bounded, and believed only about the files it was asked for.
"""

import struct
from typing import Any

import orjson

MAX_FRAME_BYTES = 32 << 20
HEADER = struct.Struct(">I")


def encode(message: dict[str, Any]) -> bytes:
    """One frame, ready to be written."""
    body = orjson.dumps(message)
    return HEADER.pack(len(body)) + body


def body_length(header: bytes) -> int:
    """Bytes of the body that follows.

    Raises:
        ValueError: longer than any honest frame.
    """
    length: int = HEADER.unpack(header)[0]
    if length > MAX_FRAME_BYTES:
        raise ValueError(f"frame of {length} bytes; at most {MAX_FRAME_BYTES}")
    return length


def decode(body: bytes) -> dict[str, Any]:
    """The message of a frame.

    Raises:
        ValueError: no JSON object.
    """
    message = orjson.loads(body)
    if not isinstance(message, dict):
        raise ValueError("a frame holds one object")  # noqa: TRY004 - the data is wrong, not a type
    return message


def path_to_text(path: bytes) -> str:
    """Raw bytes of a path as text that JSON can carry, one character for each byte."""
    return path.decode("latin-1")


def path_from_text(text: str) -> bytes:
    """The raw bytes again."""
    return text.encode("latin-1")
