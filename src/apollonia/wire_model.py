"""What every part of a message is."""

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """Immutable; unknown keys are ignored, as the contract asks of consumers."""

    model_config = ConfigDict(frozen=True, extra="ignore")
