"""A handler's word that some messages of its batch are at fault, and the others are not."""

from collections.abc import Mapping


class Refused(Exception):  # noqa: N818 - a verdict on messages, named for what it says
    """The messages with these ids cannot be handled, each for its reason; try the rest again.

    MUST name at least one message of the batch; the batch's scope is rolled back.
    """

    def __init__(self, reasons: Mapping[str, Exception]) -> None:
        super().__init__(f"{len(reasons)} messages refused")
        self.reasons = dict(reasons)
