"""The tables of ``bus.db``.

A delivery's ``slot`` says where it stands, so that one short index does everything:

    0           ready, taken in the order of publishing
    > 0         due at that wall time (microseconds since 1970): a delayed retry
    < 0         held by the lease of that number

Leasing moves rows from slot 0 to the lease's slot, an acknowledgement deletes them there, so it can
never touch what was given to another one meanwhile. The bodies lie in their own table and stay.
"""

SCHEMA = (
    """
    CREATE TABLE exchange (
      name TEXT PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('fanout', 'direct'))
    ) WITHOUT ROWID;
    CREATE TABLE queue (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      depth INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE binding (
      exchange TEXT NOT NULL,
      routing_key TEXT NOT NULL,
      queue INTEGER NOT NULL,
      PRIMARY KEY (exchange, routing_key, queue)
    ) WITHOUT ROWID;
    CREATE TABLE message (
      id INTEGER PRIMARY KEY,
      message_id TEXT NOT NULL,
      schema TEXT NOT NULL,
      headers TEXT NOT NULL,
      body BLOB NOT NULL
    );
    CREATE TABLE delivery (
      queue INTEGER NOT NULL,
      slot INTEGER NOT NULL,
      message INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (queue, slot, message)
    ) WITHOUT ROWID;
    CREATE TABLE lease (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      queue INTEGER NOT NULL,
      holder TEXT NOT NULL,
      expires_micros INTEGER NOT NULL
    );
    CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO counter (name, value) VALUES ('message', 0);
    """,
)
