"""Tables of ``ingest.db``. Each step takes ``user_version`` one up; steps are never edited.

A file is found by its folder and name: the files of one folder lie side by side, so that a scan
reads them in one go. No path is repeated in its files' rows.
"""

APPLICATION_ID = 0x41504F4C  # "APOL"

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE roots (
        path BLOB PRIMARY KEY,
        device INTEGER,
        last_timestamp INTEGER NOT NULL DEFAULT 0,
        last_scan_micros INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE folders (
        id INTEGER PRIMARY KEY,
        path BLOB NOT NULL UNIQUE
    );
    CREATE TABLE entries (
        folder_id INTEGER NOT NULL,
        name BLOB NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        ctime_ns INTEGER NOT NULL,
        atime_ns INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        device INTEGER NOT NULL,
        links INTEGER NOT NULL,
        sha256 BLOB,
        xxh128 BLOB,
        file_id TEXT,
        error_code TEXT,
        gone_micros INTEGER,
        PRIMARY KEY (folder_id, name)
    ) WITHOUT ROWID;
    CREATE INDEX entries_inode ON entries (inode);
    CREATE INDEX entries_gone ON entries (gone_micros) WHERE gone_micros IS NOT NULL;
    CREATE TABLE outbox (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        message_id TEXT NOT NULL UNIQUE,
        schema TEXT NOT NULL,
        headers TEXT NOT NULL,
        body BLOB NOT NULL
    );
    """,
    """
    CREATE INDEX entries_sha256 ON entries (sha256) WHERE sha256 IS NOT NULL;
    CREATE TABLE verified (
        top BLOB NOT NULL,
        folder BLOB NOT NULL,
        PRIMARY KEY (top, folder)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE checks (
        folder BLOB NOT NULL,
        name BLOB NOT NULL,
        marks INTEGER NOT NULL DEFAULT 1,
        compared INTEGER NOT NULL DEFAULT 0,
        result TEXT,
        PRIMARY KEY (folder, name)
    ) WITHOUT ROWID;
    CREATE INDEX checks_due ON checks (folder, name) WHERE marks > compared;
    INSERT INTO checks (folder, name)
        SELECT f.path, e.name FROM entries e JOIN folders f ON f.id = e.folder_id
        WHERE e.gone_micros IS NULL AND (
            CAST(e.name AS TEXT) LIKE '%.md5' OR CAST(e.name AS TEXT) LIKE '%.sfv'
            OR CAST(e.name AS TEXT) LIKE '%.sha256' OR CAST(e.name AS TEXT) LIKE 'md5sum%'
            OR CAST(e.name AS TEXT) LIKE 'sha256sum%');
    """,
)
