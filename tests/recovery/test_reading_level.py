"""Our own words can be read by somebody of thirteen, tired as they are: grade 8 or below, text by text.

The measure is Flesch and Kincaid's (Derivation of New Readability Formulas for Navy Enlisted Personnel,
1975). Syllables are counted by rules, not by a list of words: groups of vowels, without a silent end.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from recovery import catalogue_texts
from tests.recovery.test_words import code_texts

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"

HIGHEST = 8
# A few words have no grade that says anything: a single long one, such as "recovery", decides it.
FEWEST_WORDS = 25

# The desks and raw tables are for people who work there; those of accounts are read by hosts too.
FOR_STAFF = ("curate/", "host/", "admin/", "simple_history/", "mfa/", "gallery.html")

_TEXT = re.compile(
    r'{%\s*translate\s+"([^"]+)"|{%\s*blocktranslate[^%]*%}(.*?)(?:{%\s*plural[^%]*%}.*?)?{%\s*endblocktranslate\s*%}',
    re.DOTALL,
)
_GAP = re.compile(r"{{.*?}}|%\(\w+\)[sd]|{\w*}")

_SENTENCE = re.compile(r"[.!?:;…]+[”\"’)]*\s+|\n+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")


def syllables(word: str) -> int:
    """Return how many syllables an English word has, as the rules say."""
    word = re.sub(r"[^a-z]", "", word.lower().split("’")[0].split("'")[0])
    if len(word) <= 3:
        return 1
    word = re.sub(r"some(?=[tow])", "som", word)
    # A silent end: "hope", "hoped", "hopes", but "hated", "places", "table".
    word = re.sub(r"(?<=[^aeiouyl])e$|(?<=[aeiouy])le$", "", word)
    word = re.sub(r"(?<=[^aeioutd])ed$|(?<=[^aeiouscxzg])es$", "", word)
    groups = re.findall(r"[aeiouy]+", word)
    return max(1, len(groups) + len(re.findall(r"i[ao](?!u)|[^q]ua[lr]|eo(?!p)", word)))


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of a text: years of school in the United States."""
    sentences = [words for part in _SENTENCE.split(text) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def template_texts() -> Iterator[tuple[str, str]]:
    """Yield each page and each text of it."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = str(path.relative_to(TEMPLATES))
        if not name.startswith(FOR_STAFF):
            for quoted, block in _TEXT.findall(path.read_text(encoding="utf-8")):
                yield name, _GAP.sub("one", quoted or block)


def all_texts() -> Iterator[tuple[str, str]]:
    yield from template_texts()
    yield from ((where, _GAP.sub("one", text)) for where, text in code_texts() if "/curat" not in where)
    yield from (("catalogue", text) for text in catalogue_texts.texts())


def words_in(text: str) -> int:
    return len(_WORD.findall(text))


def test_no_text_of_ours_is_harder_than_grade_eight():
    long_ones = [(where, text) for where, text in all_texts() if words_in(text) >= FEWEST_WORDS]

    assert len(long_ones) > 90
    assert [(round(grade(text), 1), where, text) for where, text in long_ones if grade(text) > HIGHEST] == []


def test_no_page_of_ours_is_harder_than_grade_eight():
    pages: dict[str, list[str]] = {}
    for name, text in template_texts():
        # A heading or button is read by itself: a few words are no sentence.
        if words_in(text) >= 5:
            pages.setdefault(name, []).append(text)
    grades = {
        name: round(grade("\n".join(texts)), 1) for name, texts in pages.items() if words_in(" ".join(texts)) >= 60
    }

    assert len(grades) > 20
    assert {name: found for name, found in grades.items() if found > HIGHEST} == {}


@pytest.mark.parametrize(
    ("word", "number"),
    [("hope", 1), ("hoped", 1), ("hated", 2), ("places", 2), ("table", 2), ("people", 2), ("recovery", 4),
     ("something", 2), ("anonymous", 4), ("medicine", 3), ("area’s", 2), ("you", 1)],
)  # fmt: skip
def test_syllables_are_counted(word, number):
    assert syllables(word) == number


def test_a_hard_text_is_seen():
    hard = "Participation necessitates demonstrable acknowledgement of organizational responsibilities beforehand."

    assert grade(hard) > 20
    assert grade("You may come in. You need not say a word. There is a chair for you.") < 2
