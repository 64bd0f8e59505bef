"""Twenty thousand small tagged files in album folders, made in seconds.

python bench/corpus.py FOLDER [--files 20000]
"""

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from apollonia.media.retag import numbered_copies
from apollonia.testing.media_files import make_audio

_PER_ALBUM = 12
_SECONDS = 0.75  # about 13 KB as MP3 and 22 KB as FLAC


def make_corpus(folder: Path, files: int) -> int:
    """Fill ``folder`` with so many MP3 and FLAC files, no two alike; how many bytes they have."""
    with TemporaryDirectory() as work:
        sources = [
            make_audio(Path(work) / f"seed.{kind}", title="0" * 40, seconds=_SECONDS)
            for kind in ("mp3", "flac")
        ]
        made = numbered_copies(sources, folder, files, _PER_ALBUM)
    return sum(path.stat().st_size for path in made)


def main() -> int:
    """Make one and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=20_000)
    options = parser.parse_args()
    began = time.perf_counter()
    size = make_corpus(options.folder, options.files)
    took = time.perf_counter() - began
    print(f"{options.files} files, {size / 1e6:.0f} MB, {took:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
