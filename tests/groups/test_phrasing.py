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
