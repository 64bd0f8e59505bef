import os
import shutil
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from apollonia.testing.installation import Installation

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
)
PAGE = Path(__file__).parents[2] / "web" / "dist" / "index.html"


def missing(reason):
    if os.environ.get("APOLLONIA_TEST_BROWSER") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
async def browser():
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        missing("no Chromium on this machine: install Debian's chromium package")
    if not PAGE.exists():
        missing("the page is not built: run `make web`")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield chromium
        await chromium.close()


@pytest.fixture
def media(tmp_path):
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


@pytest.fixture
def installation(media, tmp_path):
    with Installation([media], tmp_path / "data") as running:
        yield running
