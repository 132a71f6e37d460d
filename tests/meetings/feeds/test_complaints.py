"""What was noted of a feed, in the language of whoever reads it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from meetings import feeds
from meetings.feeds import complaints
from tests import factories
from tests.cast import make_curator
from tests.helpers import instant, words
from tests.recovery import pseudo_language
from tests.recovery.pseudo_language import wide

FOLDER = Path(feeds.__file__).parent
# Said to whoever types the command, and kept nowhere.
OF_THE_COMMAND = {
    "the time zone is not one that we know; say it as in America/New_York",
    "the country is not one that we know; say it as in US",
    "there is no fellowship 7",
    "there is no approach 7",
    "there is no programme 7; known are 7",
}
TELLERS = {"UnusableFeed", "SkipRow", "CannotRollBack", "Skipped", "say", "_skip", "note_progress"}


def noted() -> Iterator[str]:
    """Yield every text that the readers of feeds may note, with 7 for each value in it."""
    for file in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call() if _name(node.func) in TELLERS:
                    for argument in node.args:
                        yield from _texts(argument)
                case ast.Assign(targets=[ast.Name(id="error" | "reason")]) | ast.keyword(arg="error"):
                    yield from _texts(node.value)
                case ast.Return() if file.name == "readings.py":
                    yield from _texts(node.value)


def _name(node: ast.AST) -> str:
    return getattr(node, "attr", None) or getattr(node, "id", "")


def _texts(node: ast.AST | None) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(part.value if isinstance(part, ast.Constant) else "7" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one)
            yield from _texts(other)


def test_everything_a_reader_notes_can_be_told():
    texts = set(noted()) - OF_THE_COMMAND
    assert {"the feed is empty", "the server answered 7", "the worker stopped", "Writing …", "not published"} <= texts

    unknown = {text for text in texts if not complaints.is_known(text) and " " in text}

    assert unknown == set()


@pytest.mark.parametrize("sentence", complaints.SENTENCES)
def test_each_is_known_again_with_its_values(sentence):
    noted = sentence.replace("%(reason)s", "the feed is empty").replace("%(status)s", "503")
    noted = noted % dict.fromkeys(("kind", "part", "gone", "known", "number", "seen", "changed", "done"), "7")

    told = complaints.told(noted)

    assert complaints.is_known(noted)
    assert told == noted


def test_what_nobody_knows_stays_as_it_is():
    assert complaints.told("Timeout") == "Timeout"
    assert complaints.told("") == ""


@pytest.mark.django_db
def test_words_in_other_letters_keep_their_order_in_a_page_from_right_to_left(client: Client, settings):
    settings.STAFF_NEED_SECOND_STEP = False
    client.force_login(make_curator())
    since = instant("2026-11-20 12:00")
    factories.SourceFactory(slug="lost", failing_since=since, last_error="Nobody answered (Timeout).")

    page = client.get(reverse("curate:source", args=["lost"]), headers={"accept-language": "ar"})

    assert "\u2068Nobody answered (Timeout).\u2069" in page.content.decode()


@pytest.mark.django_db
def test_a_curator_reads_why_in_their_own_language(client: Client, settings):
    settings.STAFF_NEED_SECOND_STEP = False
    client.force_login(make_curator())
    failing_since = instant("2026-11-20 12:00")
    factories.SourceFactory(slug="lost", failing_since=failing_since, last_error="its formats: the server answered 503")
    page = reverse("curate:source", args=["lost"])

    in_english = words(client.get(page))
    with pseudo_language.spoken():
        in_another = words(client.get(page, headers={"accept-language": pseudo_language.CODE}))

    assert "its formats: the server answered 503" in in_english
    assert f"{wide('its')} formats: {wide('the server answered')} 503" in in_another
