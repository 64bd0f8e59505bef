"""``python -m apollonia.media.demo FOLDER``."""

import sys
from pathlib import Path

from apollonia.media.demo import make_demo_library

if __name__ == "__main__":
    make_demo_library(Path(sys.argv[1]))
