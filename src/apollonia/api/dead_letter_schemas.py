"""Dead letters as the API answers and asks for them."""

from pydantic import BaseModel, ConfigDict, Field

from apollonia.api.schemas import Answer
from apollonia.ports.dead_letters import LetterState

MAX_WORDS = 500


class DeadLetter(Answer):
    """One message of one queue that could not be handled."""

    id: str
    queue: str
    message_id: str
    message_schema: str
    error: str = Field(description="A stable code, or the name of an exception")
    reason: str
    attempts: int = Field(description="How often it was tried before it was given up the last time")
    occurrences: int = Field(description="How often it was given up")
    size: int = Field(description="Bytes of the body")
    first_time: str
    last_time: str
    state: LetterState
    actor: str | None = Field(description="Who wanted the last change of state")
    changed_time: str | None
    note: str | None = Field(description="Why a wish could not be carried out")


class WholeDeadLetter(DeadLetter):
    """A dead letter with its message."""

    trace_id: str | None = Field(description="Trace that it belongs to, as in the logs")
    headers: dict[str, str]
    body: str = Field(description="As text; JSON is indented. At most 64 KiB of it")
    body_truncated: bool


class DeadLetterPage(Answer):
    """Letters, the newest first; `next` is null on the last page."""

    items: list[DeadLetter]
    next: str | None


class DeadLetterCount(Answer):
    """How many letters of a queue have this error and are in this state."""

    queue: str
    error: str
    state: LetterState
    number: int


class DeadLetterCounts(Answer):
    """By queue, error and state, the largest numbers first."""

    items: list[DeadLetterCount]


class DeadLetterChoice(BaseModel):
    """Which letters are meant; null does not narrow, so `{}` means all that wait."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{}, {"queue": "apollonia-populator", "reason": "size"}]},
    )

    queue: str | None = Field(None, max_length=MAX_WORDS)
    error: str | None = Field(None, max_length=MAX_WORDS)
    reason: str | None = Field(
        None, max_length=MAX_WORDS, description="Words in the reason, in upper or lower case"
    )


class DeadLettersAnswer(Answer):
    """How many letters were changed."""

    changed: int
