"""Approaches side by side: the same rows, in the person's order, and kind about mistakes."""

import re
from html import unescape

import pytest
from django.urls import reverse

from groups import catalogue, catalogue_loading
from groups.enums import EvidenceStrength
from groups.models import Approach
from tests.helpers import words

pytestmark = pytest.mark.django_db

WARNING = "do not stop all at once by yourself"


@pytest.fixture(autouse=True)
def loaded():
    catalogue_loading.load()


def compare(client, *slugs):
    return client.get(reverse("groups:compare"), {"a": slugs})


def rows(response) -> list[tuple[str, int]]:
    """Return each row's question and how many answers it has."""
    found = re.findall(r"<tr role=\"row\" data-row><th[^>]*>(.*?)</th>(.*?)</tr>", response.content.decode(), re.DOTALL)
    return [(unescape(label), answers.count("<td")) for label, answers in found]


def test_three_stand_on_the_same_rows_in_the_order_they_were_named(client):
    response = compare(client, "lifering", "twelve-step", "smart-recovery")

    heads = re.findall(r'role="columnheader"><a href="/approaches/([\w-]+)/"', response.content.decode())
    assert heads == ["lifering", "twelve-step", "smart-recovery"]
    assert len(rows(response)) > 12
    assert {number for _label, number in rows(response)} == {3}
    assert len({label for label, _number in rows(response)}) == len(rows(response))


def test_every_fact_of_each_is_told(client):
    chosen = Approach.objects.filter(slug__in=["sos", "the-phoenix"])

    text = words(compare(client, "sos", "the-phoenix"))

    assert len(chosen) == 2
    for approach in chosen:
        for fact in catalogue.facts(approach):
            assert fact.label in text
            assert " ".join(", ".join(fact.values).split()) in text
        assert approach.first_meeting in text
    assert "Few groups are left." in text
    assert "No use in the 48 hours before you come." in text


def test_what_one_says_and_another_does_not_is_told_as_not_said(client):
    assert "Not said" in words(compare(client, "the-phoenix", "twelve-step"))
    assert "Not said" not in words(compare(client, "twelve-step"))


def test_nothing_is_ranked_and_no_strength_of_evidence_stands_side_by_side(client):
    text = words(compare(client, "twelve-step", "smart-recovery"))

    assert "What research says stands on each page" in text
    for strength in EvidenceStrength:
        assert str(strength.label) not in text


def test_names_by_commas_and_twice_are_understood(client):
    response = client.get(reverse("groups:compare"), {"a": "sos,lifering,sos"})

    assert re.findall(r'columnheader"><a href="/approaches/([\w-]+)/', response.content.decode()) == ["sos", "lifering"]


def test_a_name_nobody_has_is_told_and_left_out(client):
    response = compare(client, "sos", "<b>nonsense</b>", "lifering")

    assert response.status_code == 200
    assert "We know no approach called “<b>nonsense</b>”" in words(response).replace("< b>", "<b>")
    assert b"<b>nonsense" not in response.content
    assert {number for _label, number in rows(response)} == {2}


def test_many_long_names_are_not_all_repeated(client):
    text = words(compare(client, *[f"{n}{'x' * 500}" for n in range(50)]))

    assert text.count("We know no approach called") == 5
    assert "x" * 61 not in text


def test_more_than_three_are_refused_kindly_with_every_choice_kept(client):
    chosen = ["sos", "lifering", "twelve-step", "smart-recovery"]

    response = compare(client, *chosen)

    html = response.content.decode()
    assert response.status_code == 422
    assert "You chose 4" in words(response)
    assert sorted(re.findall(r'value="([\w-]+)" checked', html)) == sorted(chosen)
    assert rows(response) == []


@pytest.mark.parametrize("chosen", [[], ["sos"]])
def test_with_fewer_than_two_the_choice_is_open(client, chosen):
    response = compare(client, *chosen)

    html = response.content.decode()
    assert response.status_code == 200
    assert "<details open>" in html
    assert len(re.findall(r'type="checkbox" name="a"', html)) == Approach.objects.count()
    assert bool(rows(response)) == bool(chosen)


def test_withdrawal_is_warned_of_when_one_of_them_changes_drinking(client):
    assert WARNING in words(compare(client, "al-anon-nar-anon", "smart-recovery"))
    assert WARNING not in words(compare(client, "al-anon-nar-anon", "adult-children"))


@pytest.mark.parametrize("chosen", [["sos"], ["sos", "lifering", "twelve-step"]])
def test_two_queries_for_one_as_for_three(client, django_assert_num_queries, chosen):
    with django_assert_num_queries(2):
        compare(client, *chosen)


def test_the_list_of_approaches_has_a_box_on_each_and_one_form(client):
    html = client.get(reverse("groups:approach_list")).content.decode()

    boxes = re.findall(r'<input type="checkbox" name="a" value="([\w-]+)" form="compare">', html)
    assert sorted(boxes) == sorted(Approach.objects.values_list("slug", flat=True))
    assert html.count('<form class="compare-bar" id="compare" action="/approaches/compare/" method="get">') == 1


def test_the_page_of_an_approach_leads_to_it_beside_what_is_near(client):
    html = unescape(client.get(reverse("groups:approach_detail", args=["sos"])).content.decode())

    assert 'href="/approaches/compare/?a=sos&a=lifering&a=smart-recovery"' in html
