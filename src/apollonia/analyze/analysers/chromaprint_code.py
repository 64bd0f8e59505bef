"""Chromaprint's compressed form: raw 32-bit words again.

The format of Chromaprint 1.5: a byte for the algorithm, three for the count; then of each word,
XORed with the one before, the distances of its set bits in 3 bits each, 0 at its end; distances of
7 and more go on in 5 bits each, after all the others, from a whole byte on.
"""

from collections.abc import Iterator

_HEADER = 4
_SMALL_BITS, _LARGE_BITS = 3, 5
_LARGEST = 7
_MOST_WORDS = 1 << 20


def raw_of(packed: bytes) -> list[int]:
    """The words of a fingerprint.

    Raises:
        ValueError: it is none, or is cut off.
    """
    if len(packed) < _HEADER:
        raise ValueError("a fingerprint has a header of four bytes")
    count = int.from_bytes(packed[1:_HEADER], "big")
    if count > _MOST_WORDS:
        raise ValueError(f"a fingerprint of {count} words")
    body = packed[_HEADER:]
    distances = _distances(body, count)
    used = (len(distances) * _SMALL_BITS + 7) // 8
    larger = _numbers(body[used:], _LARGE_BITS)
    words, word, bit, last = [], 0, 0, 0
    for distance in distances:
        if distance == 0:
            last ^= word
            words.append(last)
            word, bit = 0, 0
            continue
        more = next(larger, None) if distance == _LARGEST else 0
        if more is None:
            raise ValueError("a fingerprint is cut off")
        bit += distance + more
        if bit > 32:  # noqa: PLR2004 - bits of a word
            raise ValueError("a fingerprint has words of more than 32 bits")
        word |= 1 << (bit - 1)
    return words


def _distances(body: bytes, count: int) -> list[int]:
    found, ends = [], 0
    for number in _numbers(body, _SMALL_BITS):
        if ends == count:
            break
        found.append(number)
        ends += number == 0
    if ends < count:
        raise ValueError("a fingerprint is cut off")
    return found


def _numbers(body: bytes, bits: int) -> Iterator[int]:
    """Numbers of so many bits each, the lowest bits of each byte first."""
    held, there, mask = 0, 0, (1 << bits) - 1
    for byte in body:
        held |= byte << there
        there += 8
        while there >= bits:
            yield held & mask
            held >>= bits
            there -= bits
