"""What every measure of ingest stands on: a folder to work in, the corpus, how often to repeat."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """``corpus`` holds ``files`` small tagged files and is only read; ``base`` is the run's own."""

    base: Path
    corpus: Path
    files: int
    repeat: int

    def fresh(self, name: str) -> Path:
        """A new empty folder."""
        folder = self.base / name
        folder.mkdir(parents=True)
        return folder
