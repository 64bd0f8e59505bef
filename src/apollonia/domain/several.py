"""Several names in one tag, as programs write them."""

MAX_NAMES = 16


def several(tag: str | None) -> tuple[str, ...]:
    """The names in one tag: ``"Nils; Björk"`` → two; at most 16."""
    if not tag:
        return ()
    if ";" not in tag and "\0" not in tag:
        name = tag.strip()
        return (name,) if name else ()
    names = (name.strip() for name in tag.replace("\0", ";").split(";"))
    return tuple(dict.fromkeys(name for name in names if name))[:MAX_NAMES]
