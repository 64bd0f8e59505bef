"""RabbitMQ 3.10 or newer from Debian, with its management API and a TLS listener.

Each broker has an ``epmd`` of its own on a free port, so several checkouts run side by side, and
nothing is left behind: both processes end with ``services.py stop``.
"""

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from servers.certificates import Certificates, make_certificates
from servers.ground import (
    CannotStart,
    alive,
    answers,
    as_user,
    free_port,
    install,
    own_folder,
    password,
    ready_made,
    run,
    spawn,
    wait_for,
)
from servers.running import Running

USER = "rabbitmq"
OWNER = "apollonia"
_PROGRAMS = Path("/usr/lib/rabbitmq/bin")
_QUIET = "+S 2:2 +A 8 +sbwt none +sbwtdcpu none +sbwtdio none"  # two schedulers that do not spin


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One broker: where it lives and what it listens on; start it again with ``serve``."""

    name: str
    folder: Path
    epmd: int
    amqp: int
    tls: int
    management: int
    distribution: int
    secret: str

    @property
    def url(self) -> str:
        """AMQP address with its password, virtual host ``/``."""
        return f"amqp://{OWNER}:{self.secret}@127.0.0.1:{self.amqp}/"

    @property
    def environment(self) -> Mapping[str, str]:
        """What its programs, ``rabbitmqctl`` too, need to know; nothing of ours comes along."""
        return {
            "PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": f"{self.name}@localhost",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_DIST_PORT": str(self.distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _QUIET,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.epmd),
        }


def start(parent: Path) -> Running:
    """Start one in a folder of its own."""
    if not _installed():
        install("rabbitmq-server")
    folder = own_folder(parent, "rabbitmq", USER)
    certificates = make_certificates(folder / "tls", USER)
    epmd, epmd_pid = start_epmd(folder)
    node = new_node(folder, epmd, certificates)
    pid = serve(node)
    secure = node.url.replace("amqp:", "amqps:").replace(str(node.amqp), str(node.tls))
    management = f"http://{OWNER}:{node.secret}@127.0.0.1:{node.management}"
    urls = {"rabbitmq": node.url, "management": management, "tls": secure}
    return Running(urls={**urls, **certificates.client}, pids=[pid, epmd_pid])


def start_epmd(folder: Path) -> tuple[int, int]:
    """The name server of one or several brokers: its port and process id."""
    port = free_port()
    command = ["epmd", "-address", "127.0.0.1", "-port", str(port)]
    pid = spawn(as_user(USER, command), folder / "epmd.log")
    wait_for("epmd", lambda: answers(port), 10)
    return port, pid


def new_node(
    folder: Path,
    epmd: int,
    certificates: Certificates,
    *,
    cookie: str | None = None,
    secret: str | None = None,
    joins: Node | None = None,
) -> Node:
    """Write the files of a broker into its folder.

    Nodes of one cluster share epmd, cookie and secret; all but the first name one to join.
    """
    node = Node(
        name=f"apollonia-{secrets.token_hex(4)}",
        folder=folder,
        epmd=epmd,
        amqp=free_port(),
        tls=free_port(),
        management=free_port(),
        distribution=free_port(),
        secret=secret or password(),
    )
    ready_made(USER, folder / ".erlang.cookie", cookie or password()).chmod(0o400)
    ready_made(USER, folder / "enabled_plugins", "[rabbitmq_management].\n")
    ready_made(USER, folder / "rabbitmq.conf", _settings(node, certificates, joins))
    return node


def _settings(node: Node, certificates: Certificates, joins: Node | None) -> str:
    lines = {
        "listeners.tcp.1": f"127.0.0.1:{node.amqp}",
        "listeners.ssl.1": f"127.0.0.1:{node.tls}",
        "ssl_options.cacertfile": certificates.authority,
        "ssl_options.certfile": certificates.server,
        "ssl_options.keyfile": certificates.server_key,
        "ssl_options.verify": "verify_peer",
        "ssl_options.fail_if_no_peer_cert": "true",
        "management.tcp.ip": "127.0.0.1",
        "management.tcp.port": node.management,
        "default_user": OWNER,
        "default_pass": node.secret,
        "vm_memory_high_watermark.absolute": "1GB",
        "disk_free_limit.absolute": "50MB",
        "raft.wal_max_size_bytes": 64 << 20,
        "log.file.level": "warning",
        "log.console": "false",
    }
    if joins is not None:
        lines["cluster_formation.peer_discovery_backend"] = "classic_config"
        lines["cluster_formation.classic_config.nodes.1"] = f"{joins.name}@localhost"
        lines["cluster_formation.classic_config.nodes.2"] = f"{node.name}@localhost"
    return "".join(f"{name} = {value}\n" for name, value in lines.items())


def serve(node: Node) -> int:
    """Start the broker of this folder and wait until it answers; its process id."""
    program = str(_PROGRAMS / "rabbitmq-server")
    # The launcher would stay as a shell around the server: with input "allowed" it becomes it.
    environment = {**node.environment, "RABBITMQ_ALLOW_INPUT": "true"}
    environment["RABBITMQ_SERVER_START_ARGS"] = "-noinput"
    pid = spawn(as_user(USER, [program]), node.folder / "server.log", env=environment)

    def ready() -> bool:
        if not alive(pid):
            tail = (node.folder / "server.log").read_text(errors="replace")[-500:]
            raise CannotStart(f"RabbitMQ ended at its start: {tail}")
        return answers(node.amqp) and answers(node.management)

    wait_for("RabbitMQ", ready, 60)
    return pid


def ctl(node: Node, *words: str, limit_s: float = 60) -> str:
    """What ``rabbitmqctl`` says about this node."""
    command = as_user(USER, [str(_PROGRAMS / "rabbitmqctl"), "--longnames=false", *words])
    return run(command, env=node.environment, limit_s=limit_s)


def _installed() -> bool:
    return (_PROGRAMS / "rabbitmq-server").exists() and shutil.which("epmd") is not None
