"""No text of a page escapes translation: looked for in the templates themselves, and on pages as they are shown."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import DebugLexer, TokenType

TEMPLATES = sorted(path for path in Path(settings.BASE_DIR / "templates").rglob("*.*") if path.is_file())
# Attributes that somebody reads or hears.
SPOKEN = {
    "alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext", "label", "placeholder", "title",
}  # fmt: skip
# What is the same in every language: zones, names of things, signs of units, what is typed as an example.
SAME_EVERYWHERE = {"UTC", "HTML", "CSV", "JSON", "PDF", "iCalendar", "ics", "Europe", "Dublin"}
# Blocks that programs read: what may be indexed, names of classes and sections.
FOR_PROGRAMS = {"robots", "main_class"}
_LETTERS = re.compile(r"[^\W\d_]{2,}")


class _Reading(HTMLParser):
    """Collects what a page says: words between tags, and attributes that are spoken."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style", "svg", "code", "kbd"):
            self._silent.append(tag)
        self.said += [value for name, value in attrs if name in SPOKEN and value]
        self.said += [value for name, value in attrs if name.startswith("data-") and value and _is_sentence(value)]

    def handle_endtag(self, tag):
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data):
        if not self._silent:
            self.said.append(data)


def _is_sentence(value: str) -> bool:
    return bool(re.match(r"[A-Z][a-z]+ [a-z]+ \w", value))


def literal_words(source: str, *, is_html: bool = True) -> list[str]:
    """Return the words a template says without asking for a translation."""
    kept, until = [], ""
    for token in DebugLexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            name = token.split_contents()[0]
            if until:
                until = "" if name == until else until
            elif name in ("blocktranslate", "blocktrans", "comment"):
                until = f"end{name}"
            elif name == "block" and token.split_contents()[1] in FOR_PROGRAMS:
                until = "endblock"
            kept.append(" ")
        elif token.token_type == TokenType.VAR:
            # A figure, and no letter: names of tags may be made of it.
            kept.append("0")
        elif token.token_type == TokenType.TEXT and not until:
            kept.append(token.contents)
    text = "".join(kept)
    if text.lstrip().startswith("<?xml"):
        text = text[text.index("?>") + 2 :]
    if not is_html:
        return _words(text)
    reading = _Reading()
    reading.feed(text)
    return [word for said in reading.said for word in _words(said)]


def _words(text: str) -> list[str]:
    return [word for word in _LETTERS.findall(text) if word not in SAME_EVERYWHERE]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_a_template_says_nothing_that_is_not_marked(path):
    assert literal_words(path.read_text(), is_html=path.suffix in (".html", ".xml")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello there</p>", ["Hello", "there"]),
        ('<a href="/about" class="more" aria-label="More of it">{% translate "More" %}</a>', ["More", "of", "it"]),
        ("{% if x %}yes{% endif %}", ["yes"]),
        ('<div data-failed="It did not work"></div>', ["It", "did", "not", "work"]),
        ("{% comment %}Not said{% endcomment %}<p>{% blocktranslate %}Said{% endblocktranslate %}</p>", []),
        ("<p>{{ meeting.name }} {% translate 'by' %} <code>make run</code></p>", []),
    ],
)
def test_the_search_finds_what_is_not_marked(source, found):
    assert literal_words(source) == found
