"""TLS by the parameters of the URL: an own authority, and a client's certificate."""

import pytest

from apollonia.adapters.database import Database, migrate
from apollonia.errors import CatalogUnavailableError

pytestmark = [
    pytest.mark.service,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # our server; refused connections
]


@pytest.fixture(scope="module")
def secured(service_url, servers_folder):
    """A server that takes TLS with a certificate of the client only: its URL, and the files."""
    from servers.certificates import make_certificates
    from servers.ground import free_port, stop
    from servers.postgresql import USER, serve, start

    service_url("postgresql")
    running = start(servers_folder)
    for pid in running.pids:
        stop(pid, limit_s=3)
    made = make_certificates(servers_folder / "postgresql" / "tls", USER)
    data, port = servers_folder / "postgresql" / "data", free_port()
    rule = "hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\n"
    (data / "pg_hba.conf").write_text(rule)
    pid = serve(
        data,
        port,
        servers_folder / "postgresql" / "tls.log",
        ssl="on",
        ssl_ca_file=str(made.authority),
        ssl_cert_file=str(made.server),
        ssl_key_file=str(made.server_key),
    )
    before = running.urls["postgresql"]
    yield f"{before.rpartition(':')[0]}:{port}/postgres", made
    stop(pid, limit_s=3)


async def test_catalog_is_opened_by_the_authority_and_the_client_certificate(secured):
    url, made = secured
    trusted = f"{url}?sslmode=verify-full&sslrootcert={made.authority}"
    mine = f"&sslcert={made.client['tls_cert']}&sslkey={made.client['tls_key']}"
    await migrate(trusted + mine)
    database = Database(trusted + mine)
    await database.open()
    await database.close()

    with pytest.raises(CatalogUnavailableError):
        await migrate(trusted)  # without a certificate of our own
    with pytest.raises(CatalogUnavailableError):
        await migrate(f"{url}?sslmode=verify-full&sslrootcert={made.folder / 'client.pem'}{mine}")
    with pytest.raises(CatalogUnavailableError):
        await migrate(f"{url}?sslmode=disable")
