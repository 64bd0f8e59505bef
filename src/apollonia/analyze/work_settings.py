"""What workers are told when they start: settings that analysers work by."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

type Windows = Literal["energy", "whole"]

_HELD_S: Mapping[Windows, int] = {"energy": 600, "whole": 1200}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSettings:
    """``windows``: models hear the most energetic stretches of a sound, or all that is held.

    ``gps``: where a picture was taken may be told. ``models_folder``: where tickets of models are
    (``ports.models``); ``models_memory_mb`` may be loaded at once; ``device``: they run there.
    """

    windows: Windows = "energy"
    gps: bool = False
    models_folder: str = ""
    models_memory_mb: int = 256
    device: Literal["cpu", "gpu"] = "cpu"

    @property
    def held_s(self) -> int:
        """Seconds of one sound that are kept as samples."""
        return _HELD_S[self.windows]

    def to_json(self) -> dict[str, Any]:
        """As it goes to a worker."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """As a worker reads it; what it does not know is left out."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in told.items() if name in names})
