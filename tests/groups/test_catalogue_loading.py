import json
from io import StringIO

import pytest
from django.core.management import call_command

from groups import catalogue_loading, help_lines
from groups.enums import Programme
from groups.models import Approach, EmergencyNumber, Fellowship, HelpLine, Reference
from groups.programmes import HOMES, WITHOUT_A_HOME
from meetings import trait_loading, traits
from meetings.models import Trait

pytestmark = pytest.mark.django_db

FILE = json.loads(catalogue_loading.APPROACHES_FILE.read_text(encoding="utf-8"))


def load():
    out = StringIO()
    call_command("load_catalogue", stdout=out)
    return out.getvalue().splitlines()


def test_everything_in_the_files_is_loaded():
    said = load()

    assert said == [
        "references: 142 created, 0 updated, 0 unchanged",
        "approaches: 25 created, 0 updated, 0 unchanged",
        "fellowships: 21 created, 0 updated, 0 unchanged",
        "help lines: 29 created, 0 updated, 0 unchanged",
        "emergency numbers: 9 created, 0 updated, 0 unchanged",
        f"traits: {len(traits.entries())} created, 0 updated, 0 unchanged",
    ]
    assert Reference.objects.count() == 142
    assert Trait.objects.count() == len(traits.entries())


def test_loading_again_changes_nothing_and_needs_few_queries(django_assert_max_num_queries):
    load()

    with django_assert_max_num_queries(12):
        said = load()

    assert [line.split(": ")[1] for line in said] == [
        "0 created, 0 updated, 142 unchanged",
        "0 created, 0 updated, 25 unchanged",
        "0 created, 0 updated, 21 unchanged",
        "0 created, 0 updated, 29 unchanged",
        "0 created, 0 updated, 9 unchanged",
        f"0 created, 0 updated, {len(traits.entries())} unchanged",
    ]


def test_every_loaded_entry_is_valid():
    load()

    for model in (Approach, Fellowship, HelpLine, EmergencyNumber, Reference, Trait):
        rows = list(model.objects.all())
        assert rows
        for row in rows:
            row.full_clean()


def test_the_five_of_the_brief_come_first_in_their_order():
    load()

    assert list(Approach.objects.of_the_brief().order_by("brief_order").values_list("slug", flat=True)) == [
        "twelve-step",
        "smart-recovery",
        "refuge-recovery",
        "sos",
        "celebrate-recovery",
    ]


def test_fields_of_the_file_are_found_under_our_names():
    load()
    entry = FILE["approaches"][0]

    approach = Approach.objects.get(slug="twelve-step")

    assert (approach.belief, approach.belief_note) == (entry["spiritual_stance"], entry["spiritual_note"])
    assert approach.mentor_term == "sponsor"
    assert approach.mentor_availability == "expected"
    assert approach.evidence_strength == "strong"
    assert approach.evidence_sources == ["S01", "S14", "S15", "S03"]


def test_teen_fellowships_are_marked_and_speak_their_familys_codes():
    load()

    teens = Fellowship.objects.filter(is_for_teens=True).order_by("slug")

    assert [fellowship.slug for fellowship in teens] == ["alateen", "narateen"]
    assert Fellowship.objects.get(slug="alateen").programme == Programme.AL_ANON
    assert Fellowship.objects.get(slug="aa").programme == Programme.AA
    assert Fellowship.objects.get(slug="narateen").programme == ""


def test_every_programme_belongs_somewhere_in_the_catalogue():
    approaches = {entry["slug"] for entry in FILE["approaches"]}
    fellowships = {entry["slug"]: entry["approach"] for entry in FILE["fellowships"]}

    assert set(HOMES) | WITHOUT_A_HOME == set(Programme.values)
    for home in HOMES.values():
        assert home.approach in approaches
        assert not home.fellowship or fellowships[home.fellowship] == home.approach


def test_what_a_curator_changed_is_kept_and_the_rest_follows_the_file():
    load()
    Approach.objects.filter(slug="sos").update(one_line="Ours now")
    approach = Approach.objects.get(slug="sos")
    approach.loaded["description"] = approach.description = "As an older file had it"
    approach.loaded["one_line"] = "As an older file had it"
    approach.save()

    said = load()

    approach.refresh_from_db()
    assert approach.one_line == "Ours now"
    assert approach.description.startswith("SOS keeps sobriety apart from religion.")
    assert said[1] == (
        "approaches: 0 created, 1 updated, 24 unchanged; kept because a curator changed them: sos (one_line)"
    )


def test_a_curators_change_that_the_file_takes_over_follows_the_file_again():
    load()
    line = HelpLine.objects.get(key="gb-shout")
    line.loaded["hours"] = "daytime"
    line.save()

    said = load()

    line.refresh_from_db()
    assert (line.hours, line.loaded["hours"]) == ("24/7", "24/7")
    assert said[3] == "help lines: 0 created, 1 updated, 28 unchanged"


def test_an_entry_made_by_hand_keeps_what_it_says_and_gains_what_it_lacks():
    HelpLine.objects.create(key="gb-shout", country="GB", name="Shout, by text", kind="crisis")

    said = load()

    line = HelpLine.objects.get(key="gb-shout")
    assert (line.name, line.hours) == ("Shout, by text", "24/7")
    assert said[3].endswith("kept because a curator changed them: gb-shout (name)")


def test_an_entry_gone_from_the_file_is_kept_and_reported():
    load()
    EmergencyNumber.objects.create(country="BR", value="192")
    Trait.objects.create(kind="feature", slug="piano", name="Piano")

    said = load()

    assert EmergencyNumber.objects.filter(country="BR").exists()
    assert said[4] == "emergency numbers: 0 created, 0 updated, 9 unchanged; no longer in the file, kept: BR"
    assert said[5].endswith("; no longer in the file, kept: feature/piano")


def test_a_failure_leaves_nothing_half_loaded(monkeypatch):
    def fail():
        assert Approach.objects.count() == 25
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(trait_loading, "load", fail)

    with pytest.raises(RuntimeError):
        load()

    assert Approach.objects.count() == 0


def test_loading_lets_fresh_help_lines_be_shown():
    load()
    HelpLine.objects.filter(key="gb-samaritans").update(name="Samaritans of old")
    help_lines.forget()
    before = help_lines.for_country("GB").crisis[0].name
    HelpLine.objects.filter(key="gb-samaritans").delete()

    load()

    assert before == "Samaritans of old"
    assert "Samaritans" in [line.name for line in help_lines.for_country("GB").crisis]
