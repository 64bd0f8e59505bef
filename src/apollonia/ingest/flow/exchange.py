"""Files that changed places with one another: each takes its id along.

By three renames through a name that is free again, or at once (``RENAME_EXCHANGE``). Whoever looks
afterwards finds the same paths, each with the inode and the content of another one of them. That is
told as what it was: moves through a free name, none of them onto a path that holds a file. A file
that was saved over another one has an inode that was nowhere before: its path keeps its id.
"""

from collections.abc import Mapping, Sequence

from apollonia.domain.paths import folder_of
from apollonia.ingest.flow.candidate import Finding, Read
from apollonia.ingest.reconcile.look import join
from apollonia.ports.index import Entry

type Ring = Sequence[Read]
"""What is at each path now was at the next one before; what is at the last was at the first."""


def rings(findings: Sequence[Finding], known: Mapping[bytes, Entry]) -> list[Ring]:
    """Those that changed places, by what the index ``known`` says of where each was."""
    strange = {
        one.candidate.path: one
        for one in findings
        if isinstance(one, Read) and _is_another(one, known.get(one.candidate.path))
    }
    if len(strange) <= 1:
        return []
    at = {(known[path].device, known[path].inode): path for path in strange}
    sources = {
        path: source
        for path, one in strange.items()
        if (source := _source(one, at)) is not None and _is_same(one, known[source])
    }
    found: list[Ring] = []
    while sources:
        path, ring = next(iter(sources)), list[Read]()
        while path in sources:
            ring.append(strange[path])
            path = sources.pop(path)
        if path == ring[0].candidate.path:
            found.append(ring)
    return found


def free_name(ring: Ring, file_id: str) -> bytes:
    """The name that one of them had meanwhile, beside its first: nobody asks for the real one."""
    return join(folder_of(ring[0].candidate.path), b".exchanged-" + file_id.encode("ascii"))


def _is_another(read: Read, entry: Entry | None) -> bool:
    facts = read.inspection.facts
    return (
        entry is not None
        and facts is not None
        and entry.is_live
        and entry.file_id is not None
        and entry.links == facts.links == 1
        and (entry.device, entry.inode) != (facts.device, facts.inode)
    )


def _source(read: Read, at: Mapping[tuple[int, int], bytes]) -> bytes | None:
    facts = read.inspection.facts
    return None if facts is None else at.get((facts.device, facts.inode))


def _is_same(read: Read, entry: Entry) -> bool:
    """A freed inode is used again: the content has to be the same as well."""
    sha256 = read.inspection.sha256_hash
    return sha256 is not None and sha256 == entry.sha256_hash
