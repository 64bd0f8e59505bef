"""Full-text search on SQLite: FTS5 over the folded columns of ``files``.

External content: the words are kept once, in ``files``; triggers keep the index exactly in step,
within the same statement.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = ("title_key", "artist_key", "album_key", "album_artist", "composer", "genre", "words")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    names = ", ".join(COLUMNS)
    new = ", ".join(f"new.{name}" for name in COLUMNS)
    old = ", ".join(f"old.{name}" for name in COLUMNS)
    into = "INSERT INTO files_fts"
    add = f"{into} (rowid, {names}) VALUES (new.number, {new});"
    take = f"{into} (files_fts, rowid, {names}) VALUES ('delete', old.number, {old});"
    op.execute(
        f"CREATE VIRTUAL TABLE files_fts USING fts5({names}, content='files',"
        " content_rowid='number', tokenize='unicode61 remove_diacritics 2')"
    )
    op.execute(f"CREATE TRIGGER files_fts_insert AFTER INSERT ON files BEGIN {add} END")
    op.execute(f"CREATE TRIGGER files_fts_delete AFTER DELETE ON files BEGIN {take} END")
    op.execute(
        f"CREATE TRIGGER files_fts_update AFTER UPDATE OF {names} ON files"
        f" WHEN ({old}) IS NOT ({new}) BEGIN {take} {add} END"
    )
