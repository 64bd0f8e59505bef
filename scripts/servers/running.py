"""What a started server tells."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Running:
    """Where it listens, by name, with its password; and the processes to end."""

    urls: dict[str, str]
    pids: list[int] = field(default_factory=list)
