import pytest

from meetings import traits
from meetings.enums import ChannelState, OpenTo
from meetings.finder import facts


def spoken(**said):
    return facts.Spoken(approach="smart-recovery", **said)


def test_the_format_for_newcomers_is_one_of_the_catalogue():
    assert ("format", facts.NEWCOMERS) in {(entry.kind, entry.slug) for entry in traits.entries()}


def test_the_groups_own_word_on_first_visits_counts_before_everything():
    said = spoken(is_good_first_visit=False, open_to=OpenTo.ANYONE, approach_is_open=True)

    assert facts.is_good_first_visit(said) is False


@pytest.mark.parametrize("open_to", [OpenTo.MEMBERS, OpenTo.INVITATION])
def test_a_meeting_for_members_is_no_first_visit_whatever_its_approach_does(open_to):
    assert facts.is_good_first_visit(spoken(open_to=open_to, approach_is_open=True)) is False


@pytest.mark.parametrize(
    "said",
    [
        {"open_to": OpenTo.ANYONE},
        {"traits": [("format", "newcomer", "yes")], "open_to": OpenTo.WITH_THE_ISSUE},
        {"approach_is_open": True},
    ],
)
def test_open_to_anyone_newcomers_and_an_open_custom_make_a_good_first_visit(said):
    assert facts.is_good_first_visit(spoken(**said)) is True


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"open_to": OpenTo.WITH_THE_ISSUE, "approach_is_open": True},
        {"traits": [("format", "newcomer", "no")]},
        {"traits": [("focus", "newcomer", "yes")]},
    ],
)
def test_else_nobody_knows_about_a_first_visit(said):
    assert facts.is_good_first_visit(spoken(**said)) is None


@pytest.mark.parametrize(
    ("in_person", "online", "ways"),
    [
        (ChannelState.OPEN, ChannelState.NONE, ["in-person"]),
        (ChannelState.NONE, ChannelState.OPEN, ["online"]),
        (ChannelState.OPEN, ChannelState.OPEN, ["in-person", "online", "hybrid"]),
        (ChannelState.SUSPENDED, ChannelState.OPEN, ["online"]),
        (ChannelState.SUSPENDED, ChannelState.NONE, []),
    ],
)
def test_each_way_to_take_part_is_a_truth_of_its_own(in_person, online, ways):
    assert list(facts.attendance(spoken(in_person=in_person, online=online))) == ways


def test_what_is_denied_is_a_fact_apart_from_what_is_not_said():
    said = spoken(traits=(("access", "wheelchair", "no"), ("focus", "women", "only"), ("focus", "lgbtq", "welcome")))

    found = set(facts.facts(said))

    assert {("not-access", "wheelchair"), ("focus", "women"), ("focus", "lgbtq")} <= found
    assert ("access", "wheelchair") not in found
    assert not [fact for fact in found if fact[0] in ("open", "not-open", "first_visit", "not-first_visit")]
