"""Makes a model ready: fetches what it is made of, converts it, checks its answers, keeps it."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from apollonia.analyze.preparing import musicnn_convert
from apollonia.analyze.preparing.brisque import convert_brisque
from apollonia.analyze.preparing.checking import check_model
from apollonia.analyze.preparing.child import run
from apollonia.analyze.preparing.embedding import add_embedding
from apollonia.analyze.preparing.labels import labels_in
from apollonia.analyze.preparing.throwaway import throwaway_tensorflow
from apollonia.domain.models import Made, ModelFile, ModelSpec, Precision
from apollonia.errors import InvalidError, ModelsUnavailableError
from apollonia.ports.models import Models, ModelStatus, Progress

_CONVERSION_LIMIT_S = 900.0
_ASKED = (
    "Converting {name} needs TensorFlow, which is not installed. It can be fetched into a"
    " throw-away folder for this: about 350 MB to download, 1.3 GB on disk until it is done."
)
_DECLINED = (
    "{name} was not converted. Allow TensorFlow for it (`--yes`), install it beside Apollonia"
    " (requirements/tensorflow.txt), or name a mirror that has it converted:"
    " APOLLONIA_MODELS__MIRROR"
)
_NO_INT8 = (
    "int8 is refused: with weights of 8 bits musicnn no longer gives the same tags"
    " (docs/adr/0021-models.md); fp16 halves the file and keeps them"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asides:
    """Whom preparing tells, and asks. ``consent`` gets the words, and says whether it may."""

    progress: Progress
    say: Callable[[str], None]
    consent: Callable[[str], Awaitable[bool]]


class Preparer:
    """An asynchronous context: what conversions need is fetched once, and gone at its end."""

    def __init__(self, models: Models, asides: Asides) -> None:
        self._models = models
        self._asides = asides
        self._stack = AsyncExitStack()
        self._python: str | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def pull(self, name: str) -> ModelStatus:
        """Fetch the files of a model, and make it ready where that takes no TensorFlow.

        Raises:
            NotFoundError: the manifest has no such model.
            ModelsUnavailableError: it cannot be had, or not be made ready.
        """
        spec = self._models.spec(name)
        status = await self._models.status(name)
        if status.state == "ready":
            return status
        if spec.needs_conversion:
            path = await self._models.fetch_made(spec, "fp32", self._asides.progress)
            if path is None:
                for file in spec.files:
                    await self._models.fetch(file, self._asides.progress)
                return await self._models.status(name)
        return await self.prepare(name)

    async def prepare(self, name: str, precision: str = "fp32") -> ModelStatus:
        """Make it ready, again where it is so already.

        Raises:
            NotFoundError: the manifest has no such model.
            InvalidError: it is not to be had in this precision, and why.
            ModelsUnavailableError: it cannot be had, or not be made ready.
        """
        spec = self._models.spec(name)
        wanted = _precision(spec, precision)
        ready = await self._models.fetch_made(spec, wanted, self._asides.progress)
        with tempfile.TemporaryDirectory(prefix="apollonia-model-") as folder:
            if ready is not None:
                made = Made(
                    path=ready,
                    precision=wanted,
                    origin="ready from the mirror",
                    labels=spec.labels,
                    sources=await self._sources(spec),
                )
            else:
                made = await self._make(spec, wanted, Path(folder))
            await self._check(spec, made)
            return await self._models.install(spec, made)

    async def _sources(self, spec: ModelSpec) -> tuple[ModelFile, ...]:
        """What it is made of as well, for runtimes that start from there; it does without."""
        try:
            for file in spec.files:
                await self._models.fetch(file, self._asides.progress)
        except ModelsUnavailableError:
            return ()
        return spec.files

    async def _make(self, spec: ModelSpec, precision: Precision, folder: Path) -> Made:
        paths = [await self._models.fetch(it, self._asides.progress) for it in spec.files]
        target = folder / ("model.npz" if spec.runtime == "arrays" else "model.tflite")
        origin = "as published"
        try:
            match spec.preparation:
                case "musicnn":
                    origin = await self._convert(spec, paths[0], target, precision)
                case "embedding":
                    await asyncio.to_thread(add_embedding, paths[0], target)
                    origin = "published, its embedding among the outputs"
                case "brisque":
                    await asyncio.to_thread(convert_brisque, paths[0], paths[1], target)
                    origin = "converted from OpenCV's files"
                case _:
                    target = paths[0]
            labels = labels_in(paths[0], spec.labels_in) if spec.labels_in else spec.labels
        except (ValueError, ImportError) as error:
            raise ModelsUnavailableError(f"{spec.name} cannot be prepared: {error}") from error
        sources = spec.files if spec.preparation else ()
        return Made(path=target, precision=precision, origin=origin, labels=labels, sources=sources)

    async def _convert(
        self, spec: ModelSpec, source: Path, target: Path, precision: Precision
    ) -> str:
        python = await self._with_tensorflow(spec)
        self._asides.say(f"converting {spec.name}")
        await run(
            [python, "-I", "-B", musicnn_convert.__file__, str(source), str(target), precision],
            limit_s=_CONVERSION_LIMIT_S,
            doing=f"converting {spec.name}",
        )
        return "converted from Keras weights with TensorFlow"

    async def _with_tensorflow(self, spec: ModelSpec) -> str:
        """An interpreter that has TensorFlow: this one, or after consent one for the while."""
        if find_spec("tensorflow") is not None:
            return sys.executable
        if self._python is None:
            if not await self._asides.consent(_ASKED.format(name=spec.name)):
                raise ModelsUnavailableError(_DECLINED.format(name=spec.name))
            throwaway = throwaway_tensorflow(self._asides.say)
            self._python = await self._stack.enter_async_context(throwaway)
        return self._python

    async def _check(self, spec: ModelSpec, made: Made) -> None:
        try:
            await asyncio.to_thread(check_model, spec, made.path, made.precision)
        except ImportError as error:
            self._asides.say(
                f"{spec.name} is not checked: {error.name} has no build for this machine"
            )
        except ValueError as error:
            raise ModelsUnavailableError(str(error)) from error


def _precision(spec: ModelSpec, wanted: str) -> Precision:
    if wanted == "int8" and spec.needs_conversion:
        raise InvalidError(_NO_INT8)
    if wanted == "fp32":
        return "fp32"
    if wanted == "fp16" and "fp16" in spec.made:
        return "fp16"
    raise InvalidError(f"{spec.name} is to be had as {', '.join(spec.made) or 'published'} only")
