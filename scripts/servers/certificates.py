"""A certificate authority of our own, with a server's and a client's certificate."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from servers.ground import run

_DAYS = "30"


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the files lie (PEM); the client's are readable by whoever started the server."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The authority's certificate."""
        return self.folder / "ca.pem"

    @property
    def server(self) -> Path:
        """For ``localhost`` and ``127.0.0.1``."""
        return self.folder / "server.pem"

    @property
    def server_key(self) -> Path:
        """The server's key."""
        return self.folder / "server.key"

    @property
    def client(self) -> dict[str, str]:
        """What a client is given, by the names that tests ask for."""
        return {
            "tls_ca": str(self.authority),
            "tls_cert": str(self.folder / "client.pem"),
            "tls_key": str(self.folder / "client.key"),
        }


def make_certificates(folder: Path, user: str | None = None) -> Certificates:
    """Make all of them, for a month; ``user`` owns them where we are root."""
    folder.mkdir(mode=0o700)
    _sign_self(folder)
    for name, names in (("server", "DNS:localhost,IP:127.0.0.1"), ("client", "DNS:client")):
        _sign(folder, name, names)
    if user is not None and os.geteuid() == 0:
        account = pwd.getpwnam(user)
        for path in (folder, *folder.iterdir()):
            os.chown(path, account.pw_uid, account.pw_gid)
    return Certificates(folder)


def _sign_self(folder: Path) -> None:
    key = [*_key(folder / "ca.key"), "-x509", "-days", _DAYS, "-out", str(folder / "ca.pem")]
    run(["openssl", "req", *key, "-subj", "/CN=Apollonia test authority"])


def _sign(folder: Path, name: str, names: str) -> None:
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName={names}"]
    authority = ["-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca.key")]
    usage = ["-addext", "basicConstraints=critical,CA:FALSE"]
    how = [*_key(key), "-x509", "-days", _DAYS, *authority, *subject, *usage]
    run(["openssl", "req", *how, "-out", str(certificate)])


def _key(path: Path) -> list[str]:
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    return [*curve, "-nodes", "-keyout", str(path)]
