import re

import pytest
from playwright.async_api import expect

from apollonia.testing.media_files import make_audio, make_image

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def signed_in(browser, installation):
    page = await browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(installation.sign_in_link())
    return page, errors


async def test_a_dropped_file_appears_as_a_card_and_opens_its_page(
    browser, installation, media, tmp_path
):
    page, errors = await signed_in(browser, installation)
    await expect(page.get_by_role("searchbox")).to_be_visible()

    make_audio(tmp_path / "song.flac", title="Dropped Song", artist="Late Guest", cover=True)
    (tmp_path / "song.flac").rename(media / "song.flac")
    card = page.get_by_role("link", name=re.compile("Dropped Song"))
    await expect(card.first).to_be_visible(timeout=5000)

    await card.first.click()
    await expect(page.get_by_role("heading", name="Dropped Song")).to_be_visible()
    await expect(page.get_by_text("Late Guest").first).to_be_visible()
    digest = installation.all_files()[0]["sha256_hash"]
    await expect(page.get_by_text(digest[:16]).first).to_be_visible()
    picture = page.get_by_role("img").first
    await expect(picture).to_have_js_property("complete", value=True)
    assert errors == []


async def test_search_and_filter_live_in_the_address(browser, installation, media):
    make_audio(media / "a.mp3", title="Blue Morning", artist="One")
    make_audio(media / "b.mp3", title="Red Evening", artist="Two", seed=2)
    make_image(media / "c.png")
    installation.wait_for(lambda: len(installation.all_files()) == 3, 20, "three files")
    page, errors = await signed_in(browser, installation)
    await page.get_by_role("searchbox").fill("blue")
    await expect(page.get_by_role("link", name=re.compile("Blue Morning")).first).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile("Red Evening"))).to_have_count(0)
    assert "q=blue" in page.url
    await page.reload()
    await expect(page.get_by_role("link", name=re.compile("Blue Morning")).first).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile("Red Evening"))).to_have_count(0)
    assert errors == []


async def test_without_a_credential_the_page_says_what_to_do(browser, installation):
    page = await browser.new_page()
    await page.goto(installation.url)
    await expect(page.get_by_text(re.compile("sign-in link")).first).to_be_visible()
