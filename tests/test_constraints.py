"""What must never be is refused by the database itself, whoever writes; what may be is let in.

Each rule of each table has a case here, tried by SQL on a row that keeps all of them.
"""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import IntegrityError, models, transaction
from django.db.models import F

from groups.models import Claim, ContactRead, CuratorRole, FeedPiece, FeedReading, HostInvitation, HostRole
from meetings.models import (
    AfterAnswer,
    CalendarRevision,
    Confirmation,
    Decision,
    Duty,
    FinderTerm,
    FormerAddress,
    HeadCount,
    Notice,
    OutgoingMessage,
    PrivateLink,
    PushSubscription,
    Question,
    ReminderWishes,
    Report,
    Rsvp,
    StandingRsvp,
    StoppedAddress,
    SuggestedValue,
    Suggestion,
    Twins,
)
from tests import factories

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = AT + HOUR
SEALED = b"sealed"
CHAIR = {"state": "going", "confirmed_at": AT, "created_at": AT}
NOBODY = {"rsvp": None, "standing": None, "question": None, "suggestion": None, "group": None, "contact_key": ""}

# name of the rule: what it refuses, and what it lets in. Names that end in "_known" are tried
# with every value there is, and one that is none.
CASES: dict[str, tuple[dict, dict]] = {
    "group_key_names_its_source": ({"source": None}, {"source": None, "source_key": ""}),
    "place_position_on_earth": ({"latitude": 90.1}, {"latitude": 90, "longitude": -180}),
    "postcode_position_on_earth": ({"longitude": 180.1}, {"latitude": -90, "longitude": 180}),
    "venue_position_on_earth": ({"latitude": None}, {"latitude": None, "longitude": None}),
    "meeting_key_names_its_source": ({"source": None}, {"source": None, "source_key": ""}),
    "meeting_in_person_has_a_venue": ({"venue": None}, {"venue": None, "in_person": "none"}),
    "meeting_rule_has_time_and_zone": ({"time_zone": ""}, {"time_zone": "", "rrule": "", "start_time": None}),
    "meeting_interval_has_a_first_date": (
        {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"},
        {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "first_on": date(2026, 12, 1)},
    ),
    "meeting_rule_is_of_the_subset": ({"rrule": "FREQ=DAILY"}, {"rrule": "FREQ=MONTHLY;BYDAY=-1FR"}),
    "meeting_duration_up_to_a_day": ({"duration": timedelta(hours=25)}, {"duration": timedelta(hours=24)}),
    "meeting_ends_after_it_begins": (
        {"first_on": date(2026, 12, 2), "last_on": date(2026, 12, 1)},
        {"first_on": date(2026, 12, 1), "last_on": date(2026, 12, 1)},
    ),
    "meeting_capacity_is_positive": ({"capacity": 0}, {"capacity": 1}),
    "meeting_ages_in_order": ({"min_age": 30, "max_age": 18}, {"min_age": 18, "max_age": 18}),
    "meeting_next_ends_after_it_starts": (
        {"next_starts_at": AT, "next_ends_at": AT},
        {"next_starts_at": AT, "next_ends_at": LATER},
    ),
    "pause_ends_after_it_begins": ({"last_on": date(2026, 12, 21)}, {"last_on": date(2026, 12, 22)}),
    "occurrence_duration_up_to_a_day": ({"duration": timedelta(0)}, {"duration": timedelta(minutes=1)}),
    "occurrence_reason_needs_a_cancellation": (
        {"cancelled_reason": "Snow"},
        {"cancelled_reason": "Snow", "cancelled_at": AT},
    ),
    "calendarrevision_counts_up": ({"sequence": -1}, {"sequence": 0}),
    **{
        f"{owner}_{rule}": case
        for owner in ("rsvp", "standing")
        for rule, case in {
            "others_up_to_three": ({"others": 4}, {"others": 3}),
            "contact_has_a_kind": (
                {"contact": SEALED, "contact_key": "a"},
                {"contact": SEALED, "contact_key": "a", "contact_kind": "email"},
            ),
            "contact_has_a_key": (
                {"contact": SEALED, "contact_kind": "email"},
                {"contact": SEALED, "contact_kind": "email", "contact_key": "a"},
            ),
            "shows_an_alias_it_has": ({"host_sees_alias": True}, {"host_sees_alias": True, "alias": SEALED}),
        }.items()
    },
    "standing_waits_for_its_confirmation": (
        {"confirmed_at": None, "confirm_by": None},
        {"confirmed_at": None, "confirm_by": AT},
    ),
    "standing_asks_when_endless": ({"asked_at": AT, "dates_left": 3}, {"asked_at": AT, "dates_left": None}),
    "rsvp_seat_is_confirmed": ({"confirmed_at": None}, {"confirmed_at": LATER}),
    "rsvp_held_is_unconfirmed": (
        {"state": "held", "confirm_by": AT, "confirmed_at": AT},
        {"state": "held", "confirm_by": AT, "confirmed_at": None},
    ),
    "rsvp_unconfirmed_has_a_last_moment": (
        {"state": "held", "confirmed_at": None},
        {"state": "held", "confirmed_at": None, "confirm_by": AT},
    ),
    "rsvp_waits_since": ({"state": "waiting"}, {"state": "waiting", "waiting_since": AT}),
    "rsvp_offer_has_an_end": (
        {"state": "offered", "waiting_since": AT},
        {"state": "offered", "waiting_since": AT, "offered_until": LATER},
    ),
    "rsvp_ended_when": (
        {"state": "cancelled", "reason": "by-person"},
        {"state": "cancelled", "reason": "by-person", "cancelled_at": AT},
    ),
    "rsvp_ended_why": (
        {"state": "cancelled", "cancelled_at": AT},
        {"state": "lapsed", "cancelled_at": AT, "reason": "unconfirmed"},
    ),
    "link_expires_after_it_begins": ({"expires_at": AT}, {"expires_at": AT + timedelta(seconds=1)}),
    "link_opens_one_thing": ({"contact_key": "a"}, NOBODY | {"purpose": "about-me", "contact_key": "a"}),
    "link_needs_a_code": ({"purpose": "code"}, {"purpose": "code", "code_digest": "a"}),
    "question_is_erased_later": ({"erase_at": AT}, {"erase_at": LATER}),
    "question_contact_has_a_key": ({"contact": SEALED}, {"contact": SEALED, "contact_key": "a"}),
    "wishes_belong_to_one_place": ({"rsvp": None}, {"offsets": [60]}),
    "wishes_quiet_hours_end": ({"quiet_from": time(22)}, {"quiet_from": time(22), "quiet_until": time(7)}),
    "wishes_phone_has_a_key": ({"phone": SEALED}, {"phone": SEALED, "phone_key": "a"}),
    "wishes_code_runs_out": ({"code_digest": "a"}, {"code_digest": "a", "code_until": AT}),
    "wishes_confirm_a_phone_they_have": (
        {"phone_confirmed_at": AT},
        {"phone_confirmed_at": AT, "phone": SEALED, "phone_key": "a"},
    ),
    "push_belongs_to_one_place": ({"rsvp": None}, {"endpoint_key": "other"}),
    "push_dropped_is_erased": ({"dropped_at": AT}, {"dropped_at": AT, "details": None}),
    "message_reminder_is_whole": ({"minutes_before": None}, {"kind": "place", "minutes_before": None}),
    "message_open_has_a_recipient": (
        {"recipient": None},
        {"recipient": None, "state": "void", "reason": "replaced", "ended_at": AT},
    ),
    "message_ended_when": (
        {"recipient": None, "state": "void", "reason": "replaced"},
        {"recipient": None, "state": "missed", "reason": "too-late", "ended_at": AT},
    ),
    "message_sent_when": (
        {"recipient": None, "state": "sent", "ended_at": AT},
        {"recipient": None, "state": "sent", "ended_at": AT, "sent_at": AT},
    ),
    "message_claimed_by_a_lease": ({"state": "claimed"}, {"state": "claimed", "lease": uuid4(), "lease_until": AT}),
    "message_lease_runs_out": ({"lease_until": AT}, {"state": "claimed", "lease": uuid4(), "lease_until": AT}),
    "message_unsent_says_why": (
        {"recipient": None, "state": "failed", "ended_at": AT},
        {"recipient": None, "state": "failed", "ended_at": AT, "reason": "refused"},
    ),
    "host_ends_after_it_begins": ({"ended_at": AT - HOUR}, {"ended_at": AT}),
    "curator_role_says_of_what": ({"is_for_everything": False}, {"is_for_everything": False, "country": "US"}),
    "curator_region_has_a_country": (
        {"is_for_everything": False, "region": "Ohio"},
        {"is_for_everything": False, "region": "Ohio", "country": "US"},
    ),
    "claim_decided_has_a_time": ({"state": "accepted"}, {"state": "accepted", "decided_at": AT}),
    "claim_code_runs_out": ({"code_digest": "a"}, {"code_digest": "a", "code_until": LATER}),
    "invitation_expires_later": ({"expires_at": AT}, {"expires_at": AT + HOUR / 60}),
    "invitation_taken_or_revoked": ({"taken_at": AT, "revoked_at": AT}, {"revoked_at": AT}),
    "report_decided_has_a_time": ({"state": "put-right"}, {"state": "put-right", "decided_at": AT}),
    "suggestion_decided_has_a_time": ({"decided_at": AT}, {"state": "refused", "decided_at": AT}),
    "suggestion_names_its_group": ({"group": None}, {"group": None, "kind": "new"}),
    "suggestion_contact_has_a_key": ({"contact_key": "a"}, {"contact": SEALED, "contact_key": "a"}),
    "suggestion_is_answered_later": ({"answer_by": AT}, {"answer_by": AT + HOUR}),
    "decision_undone_after_it_was_made": ({"undone_at": AT - HOUR}, {"undone_at": AT}),
    "notice_ends_after_it_begins": ({"last_on": date(2026, 11, 19)}, {"last_on": date(2026, 11, 20)}),
    "former_address_leads_to_one": ({"meeting": None}, {"slug": "another-address"}),
    "twins_likeness_in_percent": ({"likeness": 101}, {"likeness": 100}),
    "twins_in_order": ({"one": F("other")}, {"likeness": 0}),
    "reading_ended_when": ({"state": "done"}, {"state": "done", "ended_at": AT}),
    "message_handed_over_in_time": ({"handed_at": LATER}, {"handed_at": LATER - timedelta(seconds=1)}),
}
# What else the row has to say, so that no other rule refuses it first.
BESIDE = {
    "rsvp_contact_kind_known": {"contact": SEALED, "contact_key": "a"},
    "standing_contact_kind_known": {"contact": SEALED, "contact_key": "a"},
    "rsvp_reason_known": {"state": "cancelled", "cancelled_at": AT},
    "message_state_known": {"recipient": None, "ended_at": AT, "reason": "refused"},
    "claim_state_known": {"decided_at": AT},
    "reading_state_known": {"ended_at": AT},
    "report_state_known": {"decided_at": AT},
    "suggestion_state_known": {"decided_at": AT},
}
# A stricter rule that refuses the same.
SPEAKS_FIRST = {"link_purpose_known": "link_opens_one_thing"}


def _rows(count: int = 2) -> dict[str, list[models.Model]]:
    """Return so many rows of each table that has rules, each keeping all of them."""
    rows: dict[str, list[models.Model]] = {}
    older = factories.MeetingFactory()
    for number in range(count):
        source = factories.SourceFactory()
        fed = {"source": source, "source_key": f"key-{number}"}
        meeting = factories.MeetingFactory(**fed, group=factories.GroupFactory(**fed))
        occurrence = factories.OccurrenceFactory(meeting=meeting)
        standing = StandingRsvp.objects.create(
            meeting=meeting, first_on=date(2026, 12, 1), created_at=AT, continued_at=AT, confirmed_at=AT
        )
        rsvp = Rsvp.objects.create(occurrence=occurrence, **CHAIR)
        made = [
            meeting,
            occurrence,
            standing,
            rsvp,
            factories.ApproachFactory(),
            meeting.group,
            factories.PlaceFactory(),
            factories.PostcodeFactory(),
            factories.VenueFactory(**fed),
            factories.MeetingTraitFactory(meeting=meeting),
            factories.TraitFactory(),
            factories.PauseFactory(meeting=meeting),
            factories.SourceRowFactory(source=source, key=f"key-{number}", meeting=meeting),
            CalendarRevision.objects.create(meeting=meeting, original_on=date(2027, 1, 1), changed_at=AT),
            FinderTerm.objects.create(facet="made-up", value=f"value-{number}"),
            PrivateLink.objects.create(
                digest=f"{number}", purpose="place", rsvp=rsvp, created_at=AT, expires_at=LATER
            ),
            Question.objects.create(meeting=meeting, asked_at=AT, erase_at=LATER),
            ReminderWishes.objects.create(rsvp=rsvp),
            PushSubscription.objects.create(rsvp=rsvp, details=SEALED, endpoint_key="a", created_at=AT),
            StoppedAddress.objects.create(contact_key=f"{number}", reason="by-person", stopped_at=AT),
            OutgoingMessage.objects.create(
                kind="reminder", recipient=SEALED, rsvp=rsvp, occurrence=occurrence, minutes_before=60,
                created_at=AT, due_at=AT, expires_at=LATER,
            ),
            AfterAnswer.objects.create(
                meeting=meeting, original_on=date(2026, 12, 1), answer="yes", answered_on=date(2026, 12, 2)
            ),
            *_kept_by_people(number, meeting, occurrence, older),
        ]  # fmt: skip
        for row in made:
            rows.setdefault(type(row).__name__, []).append(row)
    return rows


def _kept_by_people(number: int, meeting, occurrence, older) -> list[models.Model]:
    group, day = meeting.group, date(2026, 11, 20)
    user = get_user_model().objects.create(username=f"person-{number}")
    suggestion = Suggestion.objects.create(kind="change", group=group, sent_at=AT, answer_by=LATER)
    reading = FeedReading.objects.create(source=meeting.source, kind="preview", asked_at=AT)
    return [
        suggestion,
        reading,
        FeedPiece.objects.create(reading=reading, number=0, data=SEALED),
        HostRole.objects.create(group=group, user=user, came_by="code", since=AT),
        CuratorRole.objects.create(user=user, is_for_everything=True),
        Claim.objects.create(group=group, user=user, made_at=AT),
        HostInvitation.objects.create(
            group=group, made_by=user, digest=f"{number}", made_at=AT, expires_at=LATER
        ),
        ContactRead.objects.create(user=user, read_at=AT, what="group", subject=group.slug),
        Confirmation.objects.create(meeting=meeting, said_at=AT, role="host", how="page"),
        Report.objects.create(meeting=meeting, kind="closed", made_at=AT),
        SuggestedValue.objects.create(suggestion=suggestion, name="name"),
        Decision.objects.create(kind="edit", subject="one", title="One", made_at=AT, role="host"),
        Notice.objects.create(group=group, text="Tea", first_on=day, last_on=day, written_at=AT),
        Duty.objects.create(meeting=meeting, original_on=day, what="Door", alias=SEALED),
        HeadCount.objects.create(occurrence=occurrence, people=7, counted_at=AT),
        FormerAddress.objects.create(slug=f"former-{number}", meeting=meeting, since=AT),
        Twins.objects.create(one=older, other=meeting, likeness=90, found_at=AT),
    ]  # fmt: skip


def _rules(kind: type[models.BaseConstraint]) -> list:
    return [
        pytest.param(model, rule, id=rule.name)
        for app in ("groups", "meetings")
        for model in apps.get_app_config(app).get_models()
        for rule in model._meta.constraints
        if isinstance(rule, kind)
    ]


def _is_choice(rule: models.CheckConstraint) -> bool:
    return rule.name.endswith("_known")


def _write(row: models.Model, values: dict) -> None:
    with transaction.atomic():
        assert type(row)._default_manager.filter(pk=row.pk).update(**values) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "rule"), [one for one in _rules(models.CheckConstraint) if not _is_choice(one.values[1])]
)
def test_a_rule_refuses_what_must_not_be_and_lets_in_what_may(model, rule):
    row = _rows(1)[model.__name__][0]
    wrong, right = CASES[rule.name]

    with pytest.raises(IntegrityError, match=f'"{rule.name}"'):
        _write(row, wrong)

    _write(row, right)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "rule"), [one for one in _rules(models.CheckConstraint) if _is_choice(one.values[1])]
)
def test_a_choice_is_one_of_those_there_are(model, rule):
    row = _rows(1)[model.__name__][0]
    ((lookup, values),) = rule.condition.children
    field = model._meta.get_field(lookup.removesuffix("__in"))

    with pytest.raises(IntegrityError, match=f'"{SPEAKS_FIRST.get(rule.name, rule.name)}"'):
        _write(row, {field.name: "?"} | BESIDE.get(rule.name, {}))

    assert getattr(row, field.name) in values
    assert {value for value, _label in field.flatchoices} <= set(values)


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "rule"), _rules(models.UniqueConstraint))
def test_what_is_there_once_is_not_written_twice(model, rule):
    one, other = _rows(2)[model.__name__]
    wrong = {name: getattr(one, name) for name in rule.fields}
    for name, value in {"contact_key": "a", "standing": StandingRsvp.objects.first()}.items():
        if name in wrong and not wrong[name] and rule.name.startswith(("standing", "rsvp")):
            wrong[name] = value
    if "contact_key" in wrong:
        wrong |= {"contact": SEALED, "contact_kind": "email"}
    if rule.name == "message_asks_once_afterwards":
        wrong["kind"] = "after"
    _write(one, wrong)

    with pytest.raises(IntegrityError, match=f'"{rule.name}"'):
        _write(other, wrong)

    apart = next(name for name in rule.fields if getattr(one, name) != getattr(other, name))
    _write(other, wrong | {apart: getattr(other, apart)})


def test_every_case_is_of_a_rule_that_there_is():
    names = {one.values[1].name for one in _rules(models.CheckConstraint)}

    assert set(CASES) <= names
    assert {name for name in names if not name.endswith("_known")} == set(CASES)
