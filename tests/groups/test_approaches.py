import json
import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils.html import escape

from groups import catalogue, catalogue_loading
from groups.enums import EvidenceStrength
from groups.models import Approach, Fellowship
from tests.helpers import words
from tests.recovery import pseudo_language

pytestmark = pytest.mark.django_db

FILE = json.loads(catalogue_loading.APPROACHES_FILE.read_text(encoding="utf-8"))
SLUGS = [entry["slug"] for entry in FILE["approaches"]]


@pytest.fixture(autouse=True)
def loaded():
    catalogue_loading.load()


def page(client, slug):
    return client.get(reverse("groups:approach_detail", args=[slug]))


def test_the_list_has_the_five_of_the_brief_first_then_all_others_by_family(client):
    response = client.get(reverse("groups:approach_list"))

    shown = re.findall(r'data-approach="([\w-]+)"', response.content.decode())
    assert shown[:5] == ["twelve-step", "smart-recovery", "refuge-recovery", "sos", "celebrate-recovery"]
    assert sorted(shown) == sorted(SLUGS)
    families = [family.slug for family in response.context["page"].families]
    assert families[0] == "twelve-step"
    assert "harm-reduction" in families


def test_the_list_says_what_matters_more_than_which_one_with_limits_and_sources(client):
    response = client.get(reverse("groups:approach_list"))

    findings = response.context["page"].findings
    assert len(findings) == len(FILE["cross_cutting_evidence"])
    assert all(finding.limit and finding.sources for finding in findings)
    assert findings[0].claim in unescape(response.content.decode())


def test_the_list_ranks_nothing_and_shows_no_strength_of_evidence(client):
    text = words(client.get(reverse("groups:approach_list")))

    assert "Many ways to recover" in text
    for strength in EvidenceStrength:
        assert str(strength.label) not in text
    # The only numbers of results are those of findings across approaches.
    assert "percent" not in text
    assert "%" not in text


def test_the_list_takes_two_queries_however_many_approaches(client, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get(reverse("groups:approach_list"))
    Approach.objects.exclude(slug="sos").update(brief_order=None)

    with django_assert_num_queries(2):
        client.get(reverse("groups:approach_list"))


@pytest.mark.parametrize("slug", ["twelve-step", "sos", "danshukai"])
def test_the_page_of_an_approach_takes_four_queries(client, django_assert_num_queries, slug):
    with django_assert_num_queries(4):
        page(client, slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_page_of_an_approach_tells_the_whole_of_it(client, slug):
    approach = Approach.objects.get(slug=slug)

    response = page(client, slug)

    text = words(response)
    for part in (
        approach.one_line,
        approach.description,
        approach.first_meeting,
        approach.get_belief_display(),
        approach.get_led_by_display(),
        approach.get_cost_display(),
        approach.get_open_closed_display(),
        approach.get_evidence_strength_display(),
        approach.evidence_summary,
        approach.medication_note,
        approach.mentor_term,
        "Beside therapy and medicine, not instead",
        "As of 20 November 2026",
    ):
        assert " ".join(str(part).split()) in text
    html = unescape(response.content.decode())
    assert f'href="/meetings/?approach={slug}"' in html
    assert re.findall(r'data-try-next="([\w-]+)"', html) == [row["slug"] for row in approach.try_next]
    assert all(row["why"] in html for row in approach.try_next)


@pytest.mark.parametrize("slug", SLUGS)
def test_curators_notes_are_never_shown(client, slug):
    approach = Approach.objects.get(slug=slug)
    approach.verify = [*approach.verify, "Zebra note for curators"]
    approach.save()

    text = words(page(client, slug))

    assert approach.name in text
    assert not [note for note in approach.verify if note.rstrip(".") in text]
    assert not re.search(r"pages read|this pass|General-knowledge|general-knowledge", text)


def test_an_uncertain_approach_says_so_and_offers_others(client):
    response = page(client, "sos")

    text = words(response)
    assert "Ask before you go" in text
    assert "Few groups are left." in text
    assert re.findall(r'data-try-next="([\w-]+)"', response.content.decode()) == [
        "lifering",
        "smart-recovery",
        "secular-12-step",
    ]
    assert "Ask before you go" not in words(page(client, "twelve-step"))


def test_a_web_address_that_is_still_to_check_is_not_linked(client):
    checked = page(client, "twelve-step").content.decode()
    unchecked = page(client, "sos").content.decode()

    assert 'href="https://aa.org/"' in checked
    assert "sossobriety.org/" not in unchecked
    approach = Approach.objects.get(slug="sos")
    approach.verify = []
    approach.save()
    assert 'href="https://sossobriety.org/"' in page(client, "sos").content.decode()


WARNING = "do not stop all at once by yourself"


@pytest.mark.parametrize("slug", ["twelve-step", "smart-recovery", "moderation-management", "hams", "sos"])
def test_approaches_that_change_drinking_warn_of_withdrawal_with_the_source(client, slug):
    response = page(client, slug)

    assert WARNING in words(response)
    assert "www.gov.uk/guidance/clinical-guidelines-for-alcohol-treatment" in response.content.decode()


@pytest.mark.parametrize("slug", ["al-anon-nar-anon", "adult-children", "smart-family-friends"])
def test_approaches_for_those_who_do_not_drink_do_not_warn(client, slug):
    assert WARNING in words(page(client, "twelve-step"))
    assert WARNING not in words(page(client, slug))


def test_sources_are_links_that_tell_nothing_with_their_dates(client):
    html = page(client, "twelve-step").content.decode()

    links = re.findall(r'<a href="(https://[^"]+)" rel="([^"]+)"', html)
    assert len(links) > 20
    assert {rel for _url, rel in links} == {"noreferrer noopener external"}
    assert "(as of 2020)" in html
    assert "https://github.com/code4recovery/12-step-meeting-list/blob/HEAD/includes/variables.php" in html


def test_what_a_source_says_is_spoken_in_english_until_it_is_translated(client):
    says = FILE["sources"][Approach.objects.get(slug="twelve-step").sources[0]]["supports"]
    spoken = f'<bdi lang="en">{escape(says)}</bdi>'
    of_the_page = reverse("groups:approach_detail", args=["twelve-step"])

    in_german = client.get(of_the_page, headers={"accept-language": "de"}).content.decode()
    with pseudo_language.spoken():
        in_another = client.get(of_the_page, headers={"accept-language": pseudo_language.CODE}).content.decode()

    assert spoken in in_german
    assert spoken not in in_another
    assert f"<bdi>{escape(pseudo_language.wide(says))}</bdi>" in in_another


def test_sellers_of_treatment_are_named_and_never_linked(client):
    for slug in SLUGS:
        approach = Approach.objects.get(slug=slug)
        shown = catalogue.approach_page(approach)
        for source in shown.sources:
            kind = FILE["sources"][source.key]["kind"]
            assert not (kind.startswith(("provider", "commercial")) and source.url), source
    html = page(client, "refuge-recovery").content.decode()
    assert "westcoastrecoverycenters.com" in html
    assert 'href="https://westcoastrecoverycenters.com' not in html


def test_every_source_of_an_entry_is_known():
    for entry in [*FILE["approaches"], *FILE["fellowships"]]:
        assert set(entry["sources"]) <= set(FILE["sources"]), entry["slug"]
    assert catalogue.WITHDRAWAL_SOURCE in FILE["sources"]


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("pubmed.ncbi.nlm.nih.gov/32628263/", "https://pubmed.ncbi.nlm.nih.gov/32628263/"),
        ("code4recovery/spec:README.md", "https://github.com/code4recovery/spec/blob/HEAD/README.md"),
        ("www.ias.org.uk, The Globe 4/2003, An Italian success story", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_an_address_leads_somewhere_only_when_it_is_whole(address, url):
    assert catalogue.address_url(address) == url


def test_a_curators_date_takes_the_place_of_the_files(client):
    assert "not checked by a curator yet" in words(page(client, "hams"))

    Approach.objects.filter(slug="hams").update(checked_on="2026-12-24")

    assert "Checked by a curator on 24 December 2026." in words(page(client, "hams"))


def test_entry_rules_are_lines_of_their_own(client):
    text = words(page(client, "the-phoenix"))

    assert "No use in the 48 hours before you come." in text


def test_an_unknown_approach_is_not_found(client):
    assert page(client, "twelve-step").status_code == 200
    assert page(client, "no-such").status_code == 404


@pytest.mark.parametrize("slug", [entry["slug"] for entry in FILE["fellowships"]])
def test_the_page_of_a_fellowship_leads_to_its_approach_and_meetings(client, slug, django_assert_num_queries):
    fellowship = Fellowship.objects.select_related("approach").get(slug=slug)

    with django_assert_num_queries(3):
        response = client.get(fellowship.get_absolute_url())

    html = unescape(response.content.decode())
    assert fellowship.name in html
    assert f'href="/meetings/?fellowship={slug}"' in html
    assert f'href="{fellowship.approach.get_absolute_url()}"' in html
    assert not re.search(r"not checked in this pass|not checked", words(response))


def test_a_fellowship_for_teens_says_who_may_come(client):
    teens = words(client.get(reverse("groups:fellowship_detail", args=["alateen"])))
    adults = words(client.get(reverse("groups:fellowship_detail", args=["al-anon"])))

    assert "Only teens and the adults who help run it may come." in teens
    assert "Only teens" not in adults


def test_a_fellowship_warns_of_withdrawal_as_its_approach_does(client):
    assert WARNING in words(client.get(reverse("groups:fellowship_detail", args=["aa"])))
    assert WARNING not in words(client.get(reverse("groups:fellowship_detail", args=["ga"])))
    assert WARNING not in words(client.get(reverse("groups:fellowship_detail", args=["al-anon"])))
