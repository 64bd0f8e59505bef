"""The one shelf of models of a worker process."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from apollonia.analyze.analyser import NotAvailableError
from apollonia.analyze.runtimes.litert import LiteRt
from apollonia.analyze.runtimes.shelf import ModelShelf
from apollonia.analyze.runtimes.tensorflow import TensorFlow
from apollonia.analyze.work_settings import WorkSettings
from apollonia.media.workers.worker import resident_bytes

if TYPE_CHECKING:
    from apollonia.analyze.runtimes.runtime import Runtime

_MIB = 1 << 20


@lru_cache(maxsize=1)
def shelf_for(settings: WorkSettings) -> ModelShelf:
    """The shelf by these settings, the same one for all who ask.

    Raises:
        NotAvailableError: the settings name no folder of models.
    """
    if not settings.models_folder:
        raise NotAvailableError("No folder of models is set.")
    runtimes: list[Runtime] = [LiteRt()]
    if settings.device == "gpu":
        runtimes.insert(0, TensorFlow("GPU:0"))
    return ModelShelf(
        Path(settings.models_folder),
        runtimes,
        budget_bytes=settings.models_memory_mb * _MIB,
        resident=resident_bytes,
    )
