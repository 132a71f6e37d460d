"""Looking at one page as many people meet it: by keyboard, by ear, large, in colours and spacing of their own."""

import json
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

CHECKS = (Path(__file__).parent / "access.js").read_text(encoding="utf-8")
AXE = Axe()

# 1280 pixels at 400 % and at 200 %. WCAG 2.2, 1.4.10 and 1.4.4.
AT_400, AT_200 = {"width": 320, "height": 640}, {"width": 640, "height": 450}

# WCAG 2.2, 1.4.12: text as far apart as somebody may need it.
SPACING = """
* { letter-spacing: .12em !important; line-height: 1.5 !important; word-spacing: .16em !important; }
p { margin-block-end: 2em !important; }
"""
_ADD_SPACING = f"""() => {{
    const sheet = new CSSStyleSheet();
    sheet.replaceSync({json.dumps(SPACING)});
    document.adoptedStyleSheets = [sheet];
}}"""


def open_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def check(page: Page, *names: str) -> dict[str, list[str]]:
    """Return what the checks of access.js find wrong with the page as it is now."""
    page.evaluate(CHECKS)
    return page.evaluate("names => window.access(...names)", list(names))


def axe(page: Page) -> list[str]:
    """Return what axe finds, each with the first place where it is."""
    # Only what is wrong is handed over: everything else axe looked at is much more.
    violations = AXE.run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    return [f"{found['id']}: {found['nodes'][0]['html'][:200]}" for found in violations]


def look(page: Page, *, with_axe: bool = True) -> dict[str, list[str]]:
    """Return everything that is wrong with the page that is open, every part of it unfolded.

    The page's browser is to be one of `Browser.new_context(**FOR_LOOKING)`. Axe takes longer than
    all the rest: it is enough for one of several pages made of the same parts.
    """
    open_everything(page)
    page.set_viewport_size(AT_400)
    # From now on the browser shows the focus.
    page.keyboard.press("Tab")
    found = check(page, "sideways", "cutOff", "overlaps", "small", "focus", "order", "headings", "motion")
    if with_axe and (violations := axe(page)):
        found["axe"] = violations
    page.emulate_media(forced_colors="active")
    found |= check(page, "edges")
    page.emulate_media(forced_colors="none")
    page.set_viewport_size(AT_200)
    found |= _named("at 200 %", check(page, "sideways", "cutOff", "overlaps"))
    page.evaluate(_ADD_SPACING)
    page.set_viewport_size(AT_400)
    return found | _named("spaced", check(page, "sideways", "cutOff", "overlaps"))


FOR_LOOKING = {"viewport": AT_400, "color_scheme": "dark", "reduced_motion": "reduce", "bypass_csp": True}


def _named(when: str, found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {f"{name}, {when}": wrong for name, wrong in found.items()}
