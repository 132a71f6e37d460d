"""The language of the pages: as the browser wishes, or as somebody pressed; never half of it."""

import re
import shutil
from io import StringIO
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone, translation

from meetings.enums import TraitKind
from meetings.finder import cards, index, memory, names
from recovery.accounts.adapters import AccountAdapter
from recovery.management.commands.translate import catalogue
from tests.factories import MeetingFactory
from tests.helpers import give_trait

CODES = [code for code, _name in settings.LANGUAGES if code != "en"]
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


def test_a_browser_gets_its_own_language_without_a_cookie(client, db):
    response = client.get("/", headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"})

    assert 'lang="es"' in response.content.decode()
    assert response.headers["Content-Language"] == "es"
    assert "Accept-Language" in response.headers["Vary"]
    assert not response.cookies


def test_the_pressed_language_stays_until_the_window_is_closed(client, db):
    pressed = client.post(reverse("language"), {"language": "es", "next": "/help/?country=GB"})

    page = client.get(pressed.headers["Location"])

    assert (pressed.status_code, pressed.headers["Location"]) == (303, "/help/?country=GB")
    assert pressed.cookies["language"]["max-age"] == ""
    assert pressed.cookies["language"]["expires"] == ""
    assert 'lang="es"' in page.content.decode()


def test_every_language_is_offered_by_its_own_name(client, db):
    page = client.get("/", headers={"Accept-Language": "de"}).content.decode()

    offered = re.findall(r'<button class="language"[^>]*>([^<]+)</button>', page)

    assert offered == ["English", "العربيّة", "Deutsch", "Español", "Français", "Português"]


@pytest.mark.parametrize("away", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""])
def test_pressing_a_language_never_leads_away(client, away):
    response = client.post(reverse("language"), {"language": "es", "next": away})

    assert response.headers["Location"] == "/"


def test_the_address_itself_leads_home_and_sets_no_language(client):
    response = client.get(reverse("language"), {"language": "es", "next": "/help/"})

    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert not response.cookies


def test_an_unknown_language_changes_nothing(client):
    response = client.post(reverse("language"), {"language": "xx", "next": "/"})

    assert response.status_code == 303
    assert not response.cookies


def test_a_form_of_another_site_sets_no_language():
    client = Client(headers={"Sec-Fetch-Site": "cross-site"})

    response = client.post(reverse("language"), {"language": "es", "next": "/"})

    assert response.status_code == 403
    assert not response.cookies


@pytest.mark.parametrize("code", CODES)
def test_every_text_is_translated_with_every_gap_filled(code):
    texts = polib.pofile(str(catalogue(code)))

    left = [entry.msgid for entry in texts if not entry.translated()]
    wrong = [entry.msgid for entry in texts for said in _said(entry) if not _same_gaps(entry, said)]

    assert len(texts) > 1000
    assert left == []
    assert wrong == []


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    "name", ["duplicate_email", "email_taken", "same_as_current", "rate_limited", "incorrect_code"]
)
def test_what_a_form_of_the_account_answers_is_in_every_language(code, name):
    said = AccountAdapter.error_messages[name]

    with translation.override("en"):
        english = str(said)
    with translation.override(code):
        assert str(said) != english


@pytest.mark.parametrize("code", CODES)
def test_the_compiled_catalogue_is_the_one_that_is_written(code):
    written = polib.pofile(str(catalogue(code)))
    compiled = polib.mofile(str(catalogue(code).with_suffix(".mo")))

    assert {_key(entry): _said(entry) for entry in compiled} == {
        _key(entry): _said(entry) for entry in written if entry.translated()
    }


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="xgettext is not on this machine")
def test_the_catalogues_hold_every_text_that_is_shown(tmp_path):
    before = {code: _ids(catalogue(code)) for code in CODES}
    shutil.copytree(settings.LOCALE_PATHS[0], tmp_path / "locale")

    with override_settings(LOCALE_PATHS=[tmp_path / "locale"]):
        call_command("translate", stdout=StringIO())
        after = {code: _ids(catalogue(code)) for code in CODES}

    assert after == before


def _ids(file: Path) -> set[tuple[str | None, str]]:
    return {_key(entry) for entry in polib.pofile(str(file))}


def _key(entry: polib.POEntry | polib.MOEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


def _said(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _same_gaps(entry: polib.POEntry, said: str) -> bool:
    wanted = set(_PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    given = set(_PLACEHOLDER.findall(said))
    # A singular may leave its number out: "a day ago".
    return given <= wanted if entry.msgid_plural else given == wanted


# ── The language of a meeting is another thing ──────────────────────────────


@pytest.fixture
def fresh_finder():
    for part in (memory, cards, names):
        part.forget()
    yield
    for part in (memory, cards, names):
        part.forget()


def test_the_language_of_the_page_never_chooses_meetings(client, db, fresh_finder):
    for code in ("en", "es"):
        meeting = MeetingFactory(slug=f"in-{code}")
        give_trait(meeting, code, kind=TraitKind.LANGUAGE)
    index.refresh(None, now=timezone.now())
    address = reverse("meetings:meeting_list")

    def found(page_language: str, **asked: str) -> set[str]:
        page = client.get(address, asked, headers={"Accept-Language": page_language})
        return set(re.findall(r'data-meeting="([^"]+)"', page.content.decode()))

    assert found("es") == found("en") == {"in-en", "in-es"}
    assert found("en", language="es") == found("de", language="es") == {"in-es"}


def test_the_words_of_a_group_are_in_its_own_language_whatever_the_page_speaks(client, db):
    meeting = MeetingFactory(name="مجموعة", notes="Timbre azul <b>\n\nSegunda puerta")
    give_trait(meeting, "es", kind=TraitKind.LANGUAGE)

    page = client.get(meeting.get_absolute_url(), headers={"Accept-Language": "de"}).content.decode()

    assert '<html lang="de"' in page
    assert '<h1><bdi lang="es">مجموعة</bdi></h1>' in page
    assert '<p dir="auto" lang="es">Timbre azul &lt;b&gt;</p>' in page


def test_of_a_meeting_in_two_languages_nobody_guesses_which(client, db):
    meeting = MeetingFactory(notes="Timbre azul")
    for code in ("en", "es"):
        give_trait(meeting, code, kind=TraitKind.LANGUAGE)

    page = client.get(meeting.get_absolute_url()).content.decode()

    assert '<p dir="auto">Timbre azul</p>' in page


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_number_keeps_its_order_among_letters_from_right_to_left(client, db, language):
    page = client.get(reverse("help"), {"country": "GB"}, headers={"Accept-Language": language}).content.decode()

    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in page
    assert re.search(r'href="tel:116123">.*?<bdi [^>]*dir="ltr">116 123</bdi>', page, re.DOTALL)
