"""The lists of labels that LiteRT models carry: a ZIP archive behind the model."""

import zipfile
from pathlib import Path

_MAX_BYTES = 1 << 20


def labels_in(model: Path, name: str) -> tuple[str, ...]:
    """The lines of that list.

    Raises:
        ValueError: it has no such list.
    """
    try:
        with zipfile.ZipFile(model) as archive, archive.open(name) as file:
            text = file.read(_MAX_BYTES).decode()
    except (KeyError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise ValueError(f"{model.name} has no list {name}: {error}") from error
    return tuple(text.rstrip("\n").splitlines())
