"""What the commands do: settings, ports, services, and words for the person who started it.

Each kind of process imports its own capability only: an ingestor pays for no web framework.
"""

import asyncio
import json
import os
import re
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

import uvloop
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from apollonia.cli import progress
from apollonia.cli.exits import FAULTS
from apollonia.cli.interpreter import keep_what_is_there, tune_interpreter
from apollonia.config import Settings, load
from apollonia.config.names import Key, all_settings
from apollonia.domain.principal import TokenKind
from apollonia.errors import ConfigurationError
from apollonia.media.demo import create_demo_library
from apollonia.media.workers.pool import MediaPool
from apollonia.observe.logs import configure_logs
from apollonia.runtime import Runtime
from apollonia.wiring.data_folder import (
    ingest_lock,
    prepare_data_folder,
    published_address,
    running_address,
)
from apollonia.wiring.media import media_options
from apollonia.wiring.ports import migrate_catalog, open_ports
from apollonia.wiring.service_ports import service_ports
from apollonia.work.service import Service

_PASSWORD = re.compile(r"(://[^/@:]*:)[^/@]+@")  # of a URL
_OWNER_ONLY = 0o077
_DAY_S = 86_400.0
_LINK_TTL_S = 3600.0
_DEMO_HINT = (
    "No folder was given: this is a small demo library, synthesised here (CC0). "
    "Catalog your own with: make run MEDIA=~/Music"
)


def up(
    roots: Sequence[Path],
    *,
    data: Path | None,
    host: str | None,
    port: int | None,
    take_over: bool = False,
) -> None:
    """Everything in one process."""
    settings = _settings(data=data, roots=roots, host=host, port=port)
    console = Console()
    if not settings.files.roots:
        settings = _with_demo(settings, console, given_data=data is not None)
    _run_services(_up(settings, console, take_over=take_over))


def ingest(roots: Sequence[Path], *, data: Path | None, take_over: bool = False) -> None:
    """Only the ingestor."""
    settings = _settings(data=data, roots=roots)
    if not settings.files.roots:
        raise ConfigurationError("no folder to catalog: name one, or set APOLLONIA_FILES__ROOTS")
    _run_services(_ingest(settings, take_over=take_over))


def populate(*, data: Path | None) -> None:
    """Only the populator."""
    _run_services(_populate(_settings(data=data)))


def analyze(*, data: Path | None) -> None:
    """Only the analyser."""
    _run_services(_analyze(_settings(data=data)))


def api(*, data: Path | None, host: str | None, port: int | None) -> None:
    """Only the API."""
    _run_services(_api(_settings(data=data, host=host, port=port)))


def scan(paths: Sequence[Path], *, verify: bool, data: Path | None) -> None:
    """Ask for scans."""
    from apollonia.cli import roots

    _run(roots.scan(_settings(data=data), paths, verify=verify))


def set_paused(paths: Sequence[Path], *, paused: bool, data: Path | None) -> None:
    """Let roots rest, or go on."""
    from apollonia.cli import roots

    _run(roots.set_paused(_settings(data=data), paths, paused=paused))


def show_roots(*, data: Path | None, as_json: bool) -> None:
    """What the roots are doing."""
    from apollonia.cli import roots

    _run(roots.show(_settings(data=data), as_json=as_json))


def with_settings(data: Path | None, work: Callable[[Settings], Coroutine[Any, Any, None]]) -> None:
    """Run one command's work with the settings in force."""
    _run(work(_settings(data=data)))


def told_by(data: Path | None, work: Callable[[Settings], Coroutine[Any, Any, int]]) -> int:
    """As ``with_settings``; the exit code is the work's own."""
    return _run(work(_settings(data=data)))


def rebuild_graph(*, data: Path | None) -> None:
    """Write the graph again."""
    from apollonia.cli import graph

    _run(graph.rebuild(_settings(data=data)))


def migrate(*, data: Path | None) -> None:
    """Bring the schema up to date."""
    settings = _settings(data=data)
    folder = prepare_data_folder(settings.data)
    _run(migrate_catalog(settings, folder))
    Console().print(f"The catalog in {folder} is up to date.", markup=False)


def migrate_to(*, data: Path | None) -> None:
    """Take an embedded catalog to the database that the settings name."""
    from apollonia.cli.moving import move

    settings = _settings(data=data)
    folder = prepare_data_folder(settings.data)
    with ingest_lock(folder):
        _run(move(settings, folder, Console()))


def token(*, data: Path | None, days: int, link: bool) -> None:
    """Print an API token, or a sign-in link."""
    settings = _settings(data=data)
    folder = prepare_data_folder(settings.data, needs_space=False)
    print(_run(_token(settings, folder, days=days, link=link)))  # noqa: T201 - the result itself


def doctor(roots: Sequence[Path], *, data: Path | None) -> int:
    """Check all parts; the exit code."""
    from apollonia.cli import checks

    settings = _settings(data=data, roots=roots)
    results = _run(checks.examine(settings))
    table = Table("part", "state", "what it says", show_edge=False)
    for name, result in results.items():
        colour = {"ok": "green", "degraded": "yellow"}.get(result.status, "red")
        table.add_row(name, f"[{colour}]{result.status}[/]", result.detail or "")
    Console().print(table)
    return FAULTS if any(r.status != "ok" for r in results.values()) else 0


def check(roots: Sequence[Path], *, repair: bool, data: Path | None, as_json: bool) -> int:
    """Compare all that is kept with what it is about; the exit code."""
    from apollonia.cli import consistency

    settings = _settings(data=data, roots=roots)
    return _run(consistency.check(settings, repair=repair, as_json=as_json))


def show_config(*, data: Path | None, as_json: bool) -> None:
    """The settings in force and their origins."""
    loaded = load(overrides=_overrides(data=data))
    rows = []
    for setting in all_settings():
        value: Any = loaded.settings
        for part in setting.key:
            value = getattr(value, part)
        rows.append((setting.name, _shown(value), loaded.origins.get(setting.key, "default")))
    if as_json:
        document = [dict(zip(("name", "value", "origin"), row, strict=True)) for row in rows]
        print(json.dumps(document, indent=2))  # noqa: T201 - the result itself
        return
    for name, value, origin in rows:
        print(f"{name}={value}" + ("" if origin == "default" else f"  # {origin}"))  # noqa: T201


async def _up(settings: Settings, console: Console, *, take_over: bool) -> None:
    from apollonia.wiring.analyze import analyze_services, choose_device
    from apollonia.wiring.api import api_services, bind
    from apollonia.wiring.ingest import holder_name, ingest_services, resolve_roots
    from apollonia.wiring.populate import populate_services

    folder = prepare_data_folder(settings.data)
    roots = resolve_roots(settings.files, folder)
    runs_on = await choose_device(settings)
    with bind(settings) as listener, ingest_lock(folder):
        async with (
            service_ports(settings, folder, listener) as ports,
            MediaPool(media_options(settings)) as media,
            ingest_services(ports, settings, roots, media, take_over=take_over) as ingestor,
        ):
            await ports.control.forget_roots([root.name for root in roots], by=holder_name(folder))
            secret = await ports.identity.issue(
                TokenKind.SIGN_IN, label="sign-in link", ttl=_LINK_TTL_S
            )
            host, port = listener.getsockname()[:2]
            link = progress.sign_in_link(host, port, secret)
            services = [
                *populate_services(ports, settings),
                *analyze_services(ports, settings, runs_on=runs_on, after_scans=True),
                *await api_services(ports, settings, listener, media),
                *ingestor,
                progress.Progress(ports.control, ports.library, console, link=link, folder=folder),
            ]
            with published_address(folder, host, port):
                await _serve(services)
    console.print("Stopped; everything found so far is kept.")


async def _ingest(settings: Settings, *, take_over: bool) -> None:
    from apollonia.wiring.ingest import ingest_services, resolve_roots

    folder = prepare_data_folder(settings.data)
    roots = resolve_roots(settings.files, folder)
    with ingest_lock(folder):
        async with (
            service_ports(settings, folder) as ports,
            MediaPool(media_options(settings)) as media,
            ingest_services(ports, settings, roots, media, take_over=take_over) as services,
        ):
            await _serve(services)


async def _populate(settings: Settings) -> None:
    from apollonia.wiring.populate import populate_services

    folder = prepare_data_folder(settings.data)
    async with service_ports(settings, folder) as ports:
        await _serve(populate_services(ports, settings))


async def _analyze(settings: Settings) -> None:
    from apollonia.wiring.analyze import analyze_services, choose_device

    folder = prepare_data_folder(settings.data)
    runs_on = await choose_device(settings)
    async with service_ports(settings, folder) as ports:
        await _serve(analyze_services(ports, settings, runs_on=runs_on))


async def _api(settings: Settings) -> None:
    from apollonia.wiring.api import api_services, bind

    folder = prepare_data_folder(settings.data)
    with bind(settings) as listener:
        async with (
            service_ports(settings, folder, listener) as ports,
            MediaPool(media_options(settings)) as media,
        ):
            services = await api_services(ports, settings, listener, media)
            with published_address(folder, *listener.getsockname()[:2]):
                await _serve(services)


async def _serve(services: Sequence[Service]) -> None:
    keep_what_is_there()
    await Runtime(services).run()


async def _token(settings: Settings, folder: Path, *, days: int, link: bool) -> str:
    async with open_ports(settings, folder) as ports:
        if not link:
            return await ports.identity.issue(TokenKind.API, label="cli", ttl=days * _DAY_S)
        secret = await ports.identity.issue(
            TokenKind.SIGN_IN, label="sign-in link", ttl=_LINK_TTL_S
        )
        host, port = running_address(folder) or (settings.api.host, settings.api.port)
        return progress.sign_in_link(host, port, secret)


def _with_demo(settings: Settings, console: Console, *, given_data: bool) -> Settings:
    """Settings for the demo: a library and, unless one was named, a data folder of its own."""
    home = settings.data if given_data else settings.data.with_name("apollonia-demo") / "data"
    library = home.with_name(home.name + "-library" if given_data else "library")
    console.print(_DEMO_HINT, markup=False)
    with console.status(f"making the demo library in {library}"):
        _run(create_demo_library(library.absolute()))
    files = settings.files.model_copy(update={"roots": (library,), "per_root": {}})
    return settings.model_copy(update={"data": home, "files": files})


def _settings(
    *,
    data: Path | None,
    roots: Sequence[Path] = (),
    host: str | None = None,
    port: int | None = None,
) -> Settings:
    settings = load(overrides=_overrides(data, roots, host, port)).settings
    configure_logs(level=settings.observe.log_level, form=settings.observe.log_format)
    return settings


def _overrides(
    data: Path | None = None,
    roots: Sequence[Path] = (),
    host: str | None = None,
    port: int | None = None,
) -> dict[Key, Any]:
    given: dict[Key, Any] = {
        ("data",): data,
        ("files", "roots"): tuple(roots) or None,
        ("api", "host"): host,
        ("api", "port"): port,
    }
    return {key: value for key, value in given.items() if value is not None}


def _run[T](main: Coroutine[Any, Any, T], on_term: Callable[[], None] = lambda: None) -> T:
    tune_interpreter()
    # The databases hold names, tokens and paths: nobody else reads them, even where the data folder
    # was there before and is open to all. SQLite has no setting of its own for this.
    os.umask(_OWNER_ONLY)

    # Where the runtime does not listen to signals itself, SIGTERM ends things just as Ctrl-C does.
    def end(*_: object) -> None:
        on_term()
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, end)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def _run_services(main: Coroutine[Any, Any, None]) -> None:
    """Run until stopped. Who is told by SIGTERM to end has ended well, however far he was."""
    told: list[bool] = []
    try:
        _run(main, lambda: told.append(True))
    except KeyboardInterrupt:
        if not told:
            raise
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # all is closed


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "(hidden)"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, Mapping):  # `per_root`
        shown = {
            str(key): part.model_dump(mode="json", exclude_unset=True)
            for key, part in value.items()
        }
        return json.dumps(shown) if shown else ""
    return "" if value is None else _PASSWORD.sub(r"\1(hidden)@", str(value))
