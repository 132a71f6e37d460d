"""Words in a row have the comma of their language, words of others its quotation marks."""

import pytest
from django.utils import translation

from groups import phrasing


@pytest.mark.parametrize(("language", "said"), [("en", "Boston, online"), ("ar", "Boston، online")])
def test_words_in_a_row_have_the_comma_of_the_language(language, said):
    with translation.override(language):
        assert phrasing.listed(["Boston", "", "online"]) == said


def test_no_words_are_no_row():
    assert phrasing.listed([]) == ""


@pytest.mark.parametrize(
    ("language", "said"), [("en", "“sponsor”"), ("de", "„sponsor“"), ("fr", "«\xa0sponsor\xa0»"), ("es", "«sponsor»")]
)
def test_words_of_others_have_the_quotation_marks_of_the_language(language, said):
    with translation.override(language):
        assert phrasing.quoted("sponsor") == said


def test_names_in_a_row_keep_their_own_order_from_right_to_left():
    with translation.override("ar"):
        assert phrasing.names_listed(["AA", "12-Step"]) == "\u2068AA\u2069، \u206812-\u2060Step\u2069"
    with translation.override("en"):
        assert phrasing.names_listed(["AA", "12-Step"]) == "AA, 12-\u2060Step"


@pytest.mark.parametrize(
    ("text", "opened"),
    [("Al-Anon", "\u2068"), ("مجموعة", "\u2068"), ("Al-Anon ومجموعات أخرى", "\u2067"), ("12 مجموعة AA", "\u2068")],
)
def test_a_text_that_begins_with_a_latin_name_reads_from_the_right_all_the_same(text, opened):
    with translation.override("ar"):
        assert phrasing.isolated(text) == f"{opened}{text}\u2069"
    with translation.override("en"):
        assert phrasing.isolated(text) == text
