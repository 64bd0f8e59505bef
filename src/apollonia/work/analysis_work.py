"""Work for analysers as a message; made by the intake, the reconciler and whoever asks for it."""

from apollonia.domain.ids import uuid5_of
from apollonia.messages import Work
from apollonia.ports.bus import Message

SCHEMA = "apollonia.work/1"
WORK_LEASES = "work:"
"""What the names of leases on work begin with."""


def work_lease(sha256_hash: str, lane: str) -> str:
    """The name of the lease that long work is done under."""
    return f"{WORK_LEASES}{sha256_hash}:{lane}"


def work_message(work: Work) -> Message:
    """The message; the same work has the same id, whoever asks for it."""
    analysers = "*" if work.analysers is None else ",".join(sorted(work.analysers))
    key = f"work/{work.sha256_hash}/{analysers}/{work.force}"
    if work.force:
        key = f"{key}/{work.timestamp}"  # each time that a person asks is another time
    return Message(
        body=work.model_dump_json(exclude_none=True).encode(),
        message_id=uuid5_of(key.encode()),
        schema=SCHEMA,
    )
