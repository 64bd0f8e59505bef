import re

import pytest
from playwright.async_api import expect

from apollonia.testing.media_files import make_audio

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def test_a_file_dropped_into_a_paused_folder_appears_once_it_is_resumed(
    browser, installation, media
):
    make_audio(media / "first.flac", title="Before The Pause")
    installation.wait_for(lambda: len(installation.all_files()) == 1, 20, "the first file")
    page = await browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(installation.sign_in_link())
    await expect(page.get_by_role("searchbox")).to_be_visible()
    await page.goto(f"{installation.url}/folders")
    folder = page.get_by_role("region", name=str(media))
    await folder.get_by_role("button", name="Pause").click()
    await expect(folder.get_by_text("Paused", exact=True)).to_be_visible(timeout=5000)

    make_audio(media / "second.flac", title="While Paused", seed=2)
    await page.get_by_role("link", name="Library", exact=True).click()
    await expect(page.get_by_role("link", name=re.compile("Before The Pause"))).to_be_visible()
    card = page.get_by_role("link", name=re.compile("While Paused"))
    await page.wait_for_timeout(3000)
    await expect(card).to_have_count(0)

    await page.get_by_role("link", name="Folders", exact=True).click()
    await folder.get_by_role("button", name="Resume").click()
    await page.get_by_role("link", name="Library", exact=True).click()
    await expect(card.first).to_be_visible(timeout=10_000)
    assert errors == []
