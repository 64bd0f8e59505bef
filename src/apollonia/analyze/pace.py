"""How many contents a slot takes at a time: about a second's worth."""

_MOST = 32
_WEIGHT = 0.5
_LEAST_S = 1e-6
_SHRUNK = 4


class Pace:
    """Starts with one, follows the running average of seconds per content; powers of two.

    Few sizes, so that a consumer's prefetch grows in few steps.
    """

    def __init__(self) -> None:
        self._average_s: float | None = None
        self.most_taken = 1

    def size(self) -> int:
        """How many to take next, 1 to 32."""
        number = 1
        if self._average_s is not None:
            while number < _MOST and 2 * number * self._average_s <= 1.0:
                number *= 2
        self.most_taken = max(self.most_taken, number)
        return number

    def has_shrunk(self) -> bool:
        """Whether the consumer, which may fetch ahead, holds far more than is wanted by now."""
        most = self.most_taken
        return self.size() * _SHRUNK <= most

    def note(self, contents: int, seconds: float) -> None:
        """So many took so long."""
        each = max(seconds / contents, _LEAST_S)
        before = each if self._average_s is None else self._average_s
        self._average_s = before + _WEIGHT * (each - before)

    def begin(self) -> None:
        """There is a new consumer."""
        self.most_taken = 1
