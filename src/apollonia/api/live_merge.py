"""Many changes of one thing are one change to whoever only wants to look again."""

from collections.abc import Sequence
from typing import Any

from apollonia.messages import Change


def merge(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """One item per entity and id, at its newest position, in order of position.

    What was created and then updated is still ``created``; otherwise the newest operation counts.
    """
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for change in changes:
        key = (change.entity, change.id)
        before = merged.pop(key, None)
        op = change.op
        if before is not None and before["op"] == "created" and op == "updated":
            op = "created"
        merged[key] = {
            "position": change.position,
            "entity": change.entity,
            "id": change.id,
            "op": op,
            "timestamp": change.timestamp,
        }
    return list(merged.values())
