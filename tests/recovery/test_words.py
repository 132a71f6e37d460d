"""The words we use for people: the person first, nothing that blames.

What people call themselves, and what groups and services are called, is theirs: those names
stand in `NAMES`, letter by letter. Source of the words: NIDA, Words Matter; NIH style guide.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

NOT_OUR_WORDS = {
    "abuse": r"\b(?:substance |drug |alcohol )?abus(?:e|er|ers|ed|ing|ive)\b",
    "addict as a label": r"\b(?:addicts?|addicted|alcoholics?|junkies?|junky|drunks|drunkards?|crackheads?)\b",
    "user as a label": r"\b(?:drug|substance|opioid|alcohol|heroin|cocaine)[- ]users?\b",
    "clean or dirty": r"\b(?:clean|dirty)\b",
    "relapse": r"\brelaps(?:e|es|ed|er|ers|ing)\b",
    "failure": r"\bfell off\b|\bfall(?:s|ing)? off the wagon\b",
    "blaming families": r"\benabl(?:er|ers)\b|\bco-?dependents?\b",
    "medicine as a stopgap": r"\b(?:opioid )?substitution\b|\breplacement therapy\b",
    "labels": r"\bdual diagnosis\b|\btransgenders\b|\bthe elderly\b|\bhandicapped\b|\bwheelchair[- ]bound\b",
    "pity": r"\bsuffer(?:s|ed|ing|ers?)? from\b|\bvictims? of\b",
}

# Names that are others', as they write them.
NAMES = [
    "Adult Children of Alcoholics & Dysfunctional Families",
    "Adult Children of Alcoholics",
    "Alcoholics Anonymous",
    "Clubs of Alcoholics in Treatment",
    "Co-Dependents Anonymous",
    "Department of Social Development Substance Abuse Helpline",
    "Drug Addicts Anonymous",
    "Dual Diagnosis Anonymous",
    "Jewish Alcoholics, Chemically Dependent Persons and Significant Others",
    "Living Clean",
    "Parents of Addicted Loved Ones",
    "Sex Addicts Anonymous",
    "Sex and Love Addicts Anonymous",
]

# Fields of the data files that are for curators or are addresses of other people's pages.
NOT_SHOWN = {"address", "verify", "source", "sources", "source_kind", "do_not_show", "about", "notice", "slug", "id"}

_TEMPLATE_COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?%}.*?{%\s*endcomment\s*%}", re.DOTALL)
_TEMPLATE_CODE = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_QUOTED = re.compile(r"\"([^\"]*)\"")


def found_in(text: str) -> list[str]:
    """Return which of the words are in a text once the names in it are left out."""
    for name in NAMES:
        text = text.replace(name, "")
    return [kind for kind, pattern in NOT_OUR_WORDS.items() if re.search(pattern, text, re.IGNORECASE)]


def template_texts() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            source = _TEMPLATE_COMMENT.sub(" ", path.read_text(encoding="utf-8"))
            quoted = " ".join(text for code in _TEMPLATE_CODE.findall(source) for text in _QUOTED.findall(code))
            labels = " ".join(text for tag in _TAG.findall(source) for text in _QUOTED.findall(tag))
            plain = _TAG.sub(" ", _TEMPLATE_CODE.sub(" ", source))
            yield str(path.relative_to(ROOT)), " ".join(f"{plain} {quoted} {labels}".split())


def data_texts() -> Iterator[tuple[str, str]]:
    for path in ("groups/data/approaches.json", "groups/data/help_lines.json", "meetings/data/traits.json"):
        yield from ((f"{path}: {where}", text) for where, text in _strings(json.loads((ROOT / path).read_text()), ""))


def _strings(value: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in NOT_SHOWN:
                yield from _strings(inner, f"{where}.{name}")
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _strings(inner, f"{where}[{position}]")
    elif isinstance(value, str):
        yield where, value


def code_texts() -> Iterator[tuple[str, str]]:
    """Yield every text of the code that is marked for translation, so that people see it."""
    marks = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
    for app in ("groups", "meetings", "recovery"):
        for path in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in marks:
                    for argument in node.args:
                        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                            yield f"{path.relative_to(ROOT)}:{argument.lineno}", argument.value


def script_texts() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "static" / "js").rglob("*.js")):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("texts", "at_least"), [(template_texts, 30), (data_texts, 1500), (code_texts, 300), (script_texts, 2)]
)
def test_the_words_we_use_put_the_person_first(texts, at_least):
    looked_at = list(texts())

    assert len(looked_at) >= at_least
    assert [(where, found_in(text)) for where, text in looked_at if found_in(text)] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Help for substance abuse", "abuse"),
        ("A meeting for addicts", "addict as a label"),
        ("Are you an alcoholic?", "addict as a label"),
        ("Alcoholics are welcome", "addict as a label"),
        ("Drug users meet here", "user as a label"),
        ("Ninety days clean", "clean or dirty"),
        ("If you relapse", "relapse"),
        ("For co-dependents and enablers", "blaming families"),
        ("Opioid substitution is fine", "medicine as a stopgap"),
        ("People suffering from addiction", "pity"),
    ],
)
def test_each_word_would_be_found(text, kind):
    assert kind in found_in(text)


def test_names_that_are_others_are_left_alone_and_only_as_they_write_them():
    assert found_in("Sex Addicts Anonymous and Alcoholics Anonymous") == []
    assert found_in("sex addicts anonymous") == ["addict as a label"]
    assert found_in("A wish to recover from any kind of addiction.") == []


def test_a_word_is_found_wherever_a_template_holds_it(tmp_path, monkeypatch):
    page = '{# an addict #}<p title="a junkie">{% translate "dirty" %} relapse {{ clean }}</p>'
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(page)
    monkeypatch.setitem(globals(), "ROOT", tmp_path)

    ((_where, text),) = template_texts()

    assert found_in(text) == ["addict as a label", "clean or dirty", "relapse"]


def test_every_name_is_needed():
    texts = "\n".join(text for find in (template_texts, data_texts, code_texts) for _where, text in find())
    texts += (ROOT / "groups" / "enums.py").read_text()

    assert [name for name in NAMES if name not in texts] == []
