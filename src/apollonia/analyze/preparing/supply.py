"""Fetches the models that are missing, where the settings allow it unasked."""

import asyncio
import contextlib

from apollonia.analyze.preparing.preparer import Asides, Preparer
from apollonia.errors import ModelsUnavailableError
from apollonia.observe.logs import get_logger
from apollonia.ports.models import Models

log = get_logger(__name__)

_AGAIN_S = 3600.0


class ModelSupply:
    """``Service``: makes all models ready that take no TensorFlow; tries again each hour."""

    name = "model supply"

    def __init__(self, models: Models, *, again_s: float = _AGAIN_S) -> None:
        self._models = models
        self._again_s = again_s

    async def run(self, stop: asyncio.Event) -> None:
        """Fetch and prepare, then wait for ``stop``."""
        work = asyncio.create_task(self._supply())
        await stop.wait()
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work

    async def _supply(self) -> None:
        while True:
            if await self._all():
                return
            await asyncio.sleep(self._again_s)

    async def _all(self) -> bool:
        """Whether every model is ready, or cannot be made so unasked."""
        done = True
        asides = Asides(progress=_quiet, say=log.info, consent=_never)
        async with Preparer(self._models, asides) as preparer:
            for spec in self._models.specs():
                try:
                    before = await self._models.status(spec.name)
                    status = await preparer.pull(spec.name)
                except ModelsUnavailableError as error:
                    done = False
                    log.warning("model not fetched", model=spec.name, reason=error.message)
                except Exception:  # its fault must not end the analyser
                    log.exception("model not fetched", model=spec.name)
                else:
                    if status.state != before.state:
                        log.info("model fetched", model=spec.name, state=status.state)
        return done


def _quiet(_name: str, _have: int, _size: int) -> None:
    """Progress is for people who wait."""


async def _never(_words: str) -> bool:
    return False
