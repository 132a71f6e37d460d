"""Dates edited in the raw tables: those who are coming hear of it as they do from a host's page."""

from datetime import date

import pytest
from django.urls import reverse

from meetings import notices, rsvps
from meetings.enums import ContactKind, MessageKind, RsvpPolicy
from meetings.models import Occurrence, OutgoingMessage, Rsvp
from tests.cast import make_cast
from tests.factories import MeetingFactory
from tests.helpers import instant

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-25 12:00")
TUESDAY = date(2026, 12, 1)


@pytest.fixture
def staff(client, settings, time_machine):
    settings.STAFF_NEED_SECOND_STEP = False
    time_machine.move_to(NOW, tick=False)
    user = make_cast().admin
    user.is_staff = True
    user.save()
    client.force_login(user)
    return client


@pytest.fixture
def joined():
    meeting = MeetingFactory(rsvp_policy=RsvpPolicy.WELCOME)
    person = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org")
    return rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=person, now=NOW), now=NOW).occurrence


def told() -> list[str]:
    return list(OutgoingMessage.objects.filter(kind__in=notices.ABOUT_A_DATE).values_list("kind", flat=True))


def planned() -> int:
    return OutgoingMessage.objects.filter(kind=MessageKind.REMINDER, state="planned").count()


def saved(staff, row: Occurrence, **said) -> None:
    form = {
        "cancelled_at_0": "", "cancelled_at_1": "", "cancelled_reason": "", "moved_to_0": "", "moved_to_1": "",
        "duration": "", "venue": "", "note": "",
    }  # fmt: skip
    answer = staff.post(reverse("admin:meetings_occurrence_change", args=[row.pk]), {**form, **said})
    assert answer.status_code == 302, answer.context["errors"] if answer.context else answer


def test_what_is_followed_is_what_the_form_asks(staff, joined):
    page = staff.get(reverse("admin:meetings_occurrence_change", args=[joined.pk])).content.decode()

    for field in ("cancelled_at_0", "moved_to_0", "venue", "duration", "is_online_only", "note"):
        assert f'name="{field}"' in page


def test_a_date_that_staff_cancel_is_told_and_reminds_nobody(staff, joined):
    before = planned()

    saved(staff, joined, cancelled_at_0="2026-11-25", cancelled_at_1="12:00:00", cancelled_reason="Flooded")

    assert before == 2
    assert told() == [MessageKind.DATE_CANCELLED]
    assert planned() == 0


def test_a_date_that_staff_move_is_told_and_reminds_at_its_new_time(staff, joined):
    saved(staff, joined, moved_to_0="2026-12-03", moved_to_1="01:00:00")

    assert told() == [MessageKind.DATE_MOVED]
    assert Occurrence.objects.get(pk=joined.pk).starts_at == instant("2026-12-03 01:00")
    assert set(OutgoingMessage.objects.filter(kind="reminder").values_list("expires_at", flat=True)) == {
        instant("2026-12-03 01:00")
    }


def test_saving_without_a_change_tells_nobody(staff, joined):
    saved(staff, joined)
    unchanged = told()

    saved(staff, joined, note="Ring twice")

    assert unchanged == []
    assert told() == [MessageKind.DATE_CHANGED]


def test_a_date_with_people_is_not_deleted(staff, joined):
    address = reverse("admin:meetings_occurrence_delete", args=[joined.pk])
    empty = Occurrence.objects.create(meeting=joined.meeting, original_on=date(2026, 12, 8))

    refused = staff.post(address, {"post": "yes"})
    gone = staff.post(reverse("admin:meetings_occurrence_delete", args=[empty.pk]), {"post": "yes"})
    staff.post(
        reverse("admin:meetings_occurrence_changelist"),
        {"action": "delete_selected", "_selected_action": [joined.pk], "post": "yes"},
    )

    assert refused.status_code == 403
    assert gone.status_code == 302
    assert list(Occurrence.objects.all()) == [joined]
    assert Rsvp.objects.count() == 1


def test_a_date_edited_beside_its_meeting_is_told_too(staff, joined):
    address = reverse("admin:meetings_meeting_change", args=[joined.meeting_id])
    form = staff.get(address).context["adminform"].form
    said = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    said |= {f"{form[name].html_name}_{n}": "" for name in form.fields for n in (0, 1)}
    for formset in staff.get(address).context["inline_admin_formsets"]:
        management = formset.formset.management_form
        said |= {management[name].html_name: management[name].value() for name in management.fields}
        for row in formset.formset.forms:
            said |= {row[name].html_name: row[name].value() or "" for name in row.fields}
    (note,) = [name for name in said if name.startswith("occurrences-") and name.endswith("-note")]

    answer = staff.post(address, {**{k: v for k, v in said.items() if v is not False}, note: "Ring twice"})

    assert answer.status_code == 302
    assert told() == [MessageKind.DATE_CHANGED]
