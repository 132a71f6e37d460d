"""A real browser on a real site. Without Chromium these tests are skipped, saying so."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import site as sites
from tests.browser.crawl import Crawl, crawl

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM = CHROMIUM or shutil.which("google-chrome")

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


# Before xdist reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            # One worker runs them all: there is one site.
            item.add_marker(pytest.mark.xdist_group("browser"))
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine: browser tests are left out"))


@pytest.fixture(scope="session")
def site() -> Iterator[sites.Site]:
    loads = ("load_catalogue", "load_places", "load_demo")
    with sites.running(Path(os.environ["VAR_DIR"]) / "site", "--threads=4", loads=loads) as running:
        yield running


@pytest.fixture(scope="session")
def crawled(site) -> Crawl:
    """Every kind of page that a visitor can open."""
    return crawl(site.url)


# Closed with the last test here: its event loop must not be running when others ask the database.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport=PHONE, locale="en-US", timezone_id="America/New_York")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
