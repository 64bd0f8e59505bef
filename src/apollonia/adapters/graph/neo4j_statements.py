"""The Cypher of the graph. Every key that MERGE looks for has a uniqueness constraint."""

from typing import Final

# Plans are made while a database is empty, when reading all of it looks cheap, and are kept: each
# MATCH says which index it wants.
_KEYS: Final = ("File", "Folder", "Artist", "Album", "Genre", "Mood")

SCHEMA: Final = (
    *(
        f"CREATE CONSTRAINT {label.lower()}_key IF NOT EXISTS"
        f" FOR (n:{label}) REQUIRE n.key IS UNIQUE"
        for label in _KEYS
    ),
    "CREATE CONSTRAINT file_id IF NOT EXISTS FOR (n:File) REQUIRE n.id IS UNIQUE",
    "CREATE INDEX file_sha256 IF NOT EXISTS FOR (n:File) ON (n.sha256)",
    "CALL db.awaitIndexes(30)",
)
"""``Mood`` and ``SIMILAR_TO {score}`` are for what analysis will find."""

_OUTGOING: Final = "NEIGHBOR|IN_FOLDER|BY|ON_ALBUM|HAS_GENRE|DUPLICATE_OF"

LEAVE: Final = f"""
UNWIND $rows AS row
MATCH (f:File {{id: row.id}}) USING INDEX SEEK f:File(id) WHERE f.key <> row.key
WITH f, f.sha256 AS sha256
OPTIONAL MATCH (f)-[r:{_OUTGOING}]->()
DELETE r
WITH DISTINCT f, sha256
SET f = {{key: f.key, path: f.path, path_b64: f.path_b64}}
RETURN collect(DISTINCT sha256) AS contents
"""
"""Files that moved: their former nodes are paths that nobody has. Rows ``{id, key}``."""

TAKE: Final = """
UNWIND $rows AS row
MERGE (f:File {key: row.key})
WITH f, row, row.properties AS new, f.relations AS relations, f.sha256 AS sha256,
  f.present AS present, f.id AS id
SET f = new
WITH row.key AS key, relations = new.relations AS related, sha256,
  id = new.id AND present = new.present
  AND coalesce(sha256, '') = coalesce(new.sha256, '') AS same
RETURN collect(CASE WHEN related THEN key END) AS related,
  collect(CASE WHEN NOT related THEN key END) AS otherwise,
  collect(CASE WHEN same THEN key END) AS same,
  collect(DISTINCT CASE WHEN NOT same THEN sha256 END) AS contents
"""
"""The nodes, locked from here on. Rows sorted by key.

Returns the keys of those that are related as they shall be, or otherwise (new ones to nothing at
all: their keys are in neither), of those of the same content, and contents that were left.
"""

CLEAR: Final = """
UNWIND $keys AS key
MATCH (f:File {key: key}) USING INDEX SEEK f:File(key)
MATCH (f)-[r:NEIGHBOR|IN_FOLDER|BY|ON_ALBUM|HAS_GENRE]->()
DELETE r
"""

RELATE: Final = """
UNWIND $rows AS row
MATCH (f:File {key: row.key}) USING INDEX SEEK f:File(key)
MERGE (d:Folder {key: row.folder.key})
ON CREATE SET d.path = row.folder.path, d.path_b64 = row.folder.path_b64
CREATE (f)-[:IN_FOLDER]->(d)
WITH f, row
UNWIND row.neighbors AS near
MERGE (o:File {key: near.key})
ON CREATE SET o.path = near.path, o.path_b64 = near.path_b64
CREATE (f)-[:NEIGHBOR {role: near.role}]->(o)
"""


def _hub(label: str, relation: str) -> str:
    return f"""
UNWIND $hubs AS hub
MERGE (h:{label} {{key: hub.key}})
ON CREATE SET h = hub.properties
WITH h, hub
UNWIND hub.files AS key
MATCH (f:File {{key: key}}) USING INDEX SEEK f:File(key)
CREATE (f)-[:{relation}]->(h)
"""


HUBS: Final = {
    "artists": _hub("Artist", "BY"),
    "albums": _hub("Album", "ON_ALBUM"),
    "genres": _hub("Genre", "HAS_GENRE"),
}

DUPLICATES: Final = """
UNWIND $contents AS sha256
MATCH (f:File {sha256: sha256}) USING INDEX SEEK f:File(sha256)
WITH sha256, f ORDER BY f.id
WITH sha256, collect(f) AS copies
WHERE size(copies) > 1 OR any(it IN copies WHERE EXISTS { (it)-[:DUPLICATE_OF]-() })
UNWIND copies AS one
OPTIONAL MATCH (one)-[old:DUPLICATE_OF]->()
DELETE old
WITH DISTINCT sha256, copies
WITH [it IN copies WHERE it.present AND it.size > 0] AS there
UNWIND tail(there) AS copy
WITH copy, head(there) AS first
CREATE (copy)-[:DUPLICATE_OF]->(first)
"""
"""Copies point to the first of them, by id; who is missing is no copy, nothing is none either."""

REMOVE: Final = f"""
UNWIND $ids AS id
MATCH (f:File {{id: id}}) USING INDEX SEEK f:File(id)
WITH f, f.sha256 AS sha256
OPTIONAL MATCH (f)-[r:{_OUTGOING}]->()
DELETE r
WITH DISTINCT f, sha256
OPTIONAL MATCH (f)<-[d:DUPLICATE_OF]-()
DELETE d
WITH DISTINCT f, sha256
SET f = {{key: f.key, path: f.path, path_b64: f.path_b64}}
RETURN collect(DISTINCT sha256) AS contents
"""

NEAR: Final = """
MATCH (f:File {id: $id})-[r:NEIGHBOR]->(o:File) USING INDEX SEEK f:File(id)
RETURN o.id AS id, o.path AS path, o.path_b64 AS path_b64, r.role AS role, true AS outgoing
ORDER BY path, role LIMIT $limit
UNION ALL
MATCH (f:File {id: $id})<-[r:NEIGHBOR]-(o:File) USING INDEX SEEK f:File(id)
RETURN o.id AS id, o.path AS path, o.path_b64 AS path_b64, r.role AS role, false AS outgoing
ORDER BY id LIMIT $limit
"""

IDS: Final = "MATCH (f:File) WHERE f.id > $after RETURN f.id AS id ORDER BY id LIMIT $limit"


def _tidy(label: str, which: str = "") -> str:
    return (
        f"MATCH (n:{label}) WHERE {which} NOT EXISTS {{ (n)--() }} WITH n LIMIT $limit"
        " DELETE n RETURN count(*) AS gone"
    )


TIDY: Final = (_tidy("File", "n.id IS NULL AND"), *map(_tidy, _KEYS[1:]))
