"""Neo4j Community 5.26 from Maven: the packages of its own site need no Maven, but that site."""

import fcntl
import glob
import os
import pwd
import shutil
import tempfile
from pathlib import Path

from servers.ground import (
    SCRIPTS,
    CannotStart,
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

USER = "nobody"
VERSION = "5.26"
_RANGE = "[5.26.0,5.27)"
_OPENED = ["java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch"]
_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>apollonia</groupId><artifactId>neo4j-for-tests</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{_RANGE}</version>
    </dependency>
  </dependencies>
</project>
"""


def start(parent: Path) -> Running:
    """Start one in a folder of its own: 20 to 40 s, 420 MB of memory."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        install("openjdk-17-jre-headless", "maven")
    library = _library()
    folder = own_folder(parent, "neo4j", _user())
    port, secret = free_port(), password()
    settings = [
        f"server.bolt.listen_address=127.0.0.1:{port}",
        "server.bolt.enabled=true",
        "server.http.enabled=false",
        "server.https.enabled=false",
        "server.default_listen_address=127.0.0.1",
        f"server.directories.data={folder}/data",
        f"server.directories.logs={folder}/logs",
        "server.memory.pagecache.size=64m",
        "db.tx_log.preallocate=false",
        "db.tx_log.rotation.size=16m",
        "dbms.usage_report.enabled=false",
    ]
    ready_made(_user(), folder / "neo4j.conf", "\n".join(settings) + "\n")
    java = ["java", "-Xmx512m", "-Xms128m", "-XX:+UseSerialGC"]
    java += [f"--add-opens={package}=ALL-UNNAMED" for package in _OPENED]
    java += ["-cp", f"{library}/*"]
    env = {**os.environ, "NEO4J_HOME": str(folder), "NEO4J_CONF": str(folder), "HOME": str(folder)}
    env.pop("JAVA_TOOL_OPTIONS", None)
    admin = "org.neo4j.server.startup.Neo4jAdminCommand"
    first = [*java, admin, "dbms", "set-initial-password", secret]
    run(as_user(_user(), first), env=env, limit_s=120)
    entry = "org.neo4j.server.CommunityEntryPoint"
    command = [*java, entry, f"--home-dir={folder}", f"--config-dir={folder}"]
    pid = spawn(as_user(_user(), command), folder / "neo4j.log", env=env)
    wait_for("Neo4j", lambda: answers(port), 180)
    return Running(
        urls={
            "neo4j": f"neo4j://neo4j:{secret}@127.0.0.1:{port}",
            "bolt": f"bolt://neo4j:{secret}@127.0.0.1:{port}",
        },
        pids=[pid],
    )


def _user() -> str:
    return USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _library() -> Path:
    """The server's jars, fetched once for all checkouts; every user may read them."""
    home = Path("/var/cache/apollonia") if os.geteuid() == 0 else Path.home() / ".cache/apollonia"
    library = home / f"neo4j-{VERSION}"
    home.mkdir(parents=True, exist_ok=True)
    with (home / f"neo4j-{VERSION}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # others may fetch them just now
        if not library.is_dir():
            _fetch(home, library)
    return library


def _fetch(home: Path, library: Path) -> None:
    print("services: fetching Neo4j's packages with Maven, once: some minutes", flush=True)
    with tempfile.TemporaryDirectory(dir=home) as made:
        Path(made, "pom.xml").write_text(_POM)
        target = Path(made, "lib")
        words = ["dependency:copy-dependencies", "-DincludeScope=runtime"]
        maven = ["mvn", "-q", "-B", "-f", f"{made}/pom.xml", *words, f"-DoutputDirectory={target}"]
        run([str(SCRIPTS / "retry.sh"), *maven], limit_s=1500)
        if not glob.glob(f"{target}/neo4j-{VERSION}*.jar"):  # noqa: PTH207 - a plain question
            raise CannotStart(f"Maven brought no Neo4j {VERSION}")
        target.chmod(0o755)
        for jar in target.iterdir():
            jar.chmod(0o644)
        target.rename(library)
