"""Private links: single-purpose, revocable, running out, unknown to whoever reads the database."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from meetings import rsvps, tokens
from meetings.enums import LinkPurpose, RsvpPolicy
from meetings.models import PrivateLink
from tests.factories import MeetingFactory
from tests.helpers import instant

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-25 12:00")


@pytest.fixture
def rsvp():
    meeting = MeetingFactory(rsvp_policy=RsvpPolicy.WELCOME)
    return rsvps.take_place(meeting, date(2026, 12, 1), person=rsvps.Person(), now=NOW)


def test_a_link_opens_what_it_was_made_for(rsvp):
    secret = tokens.issue(LinkPurpose.PLACE, now=NOW, rsvp=rsvp)

    assert tokens.find(secret, LinkPurpose.PLACE, now=NOW).rsvp == rsvp


def test_a_link_opens_nothing_else(rsvp):
    secret = tokens.issue(LinkPurpose.CALENDAR, now=NOW, rsvp=rsvp)

    assert tokens.find(secret, LinkPurpose.CALENDAR, now=NOW)
    with pytest.raises(tokens.LinkUnknown):
        tokens.find(secret, LinkPurpose.PLACE, now=NOW)


def test_secrets_are_long_random_and_not_in_the_database(rsvp):
    secrets = {tokens.issue(LinkPurpose.PLACE, now=NOW, rsvp=rsvp) for _ in range(50)}

    kept = set(PrivateLink.objects.values_list("digest", flat=True))
    assert len(secrets) == 50
    # 32 of 32 letters: 160 bits.
    assert {len(secret) for secret in secrets} == {32}
    assert all(secret.isalnum() and secret.islower() for secret in secrets)
    assert kept == {tokens.digest(secret) for secret in secrets}
    assert not kept & secrets


def test_a_link_runs_out(rsvp):
    secret = tokens.issue(LinkPurpose.ABOUT_ME, now=NOW, contact_key="k")

    last_moment = NOW + timedelta(hours=2)
    assert tokens.find(secret, LinkPurpose.ABOUT_ME, now=last_moment - timedelta(seconds=1))
    with pytest.raises(tokens.LinkUnknown):
        tokens.find(secret, LinkPurpose.ABOUT_ME, now=last_moment)
    assert tokens.forget_expired(now=last_moment) == 1


def test_revoking_one_purpose_leaves_the_other(rsvp):
    place = tokens.issue(LinkPurpose.PLACE, now=NOW, rsvp=rsvp)
    calendar = tokens.issue(LinkPurpose.CALENDAR, now=NOW, rsvp=rsvp)

    revoked = tokens.revoke(now=NOW, purpose=LinkPurpose.CALENDAR, rsvp=rsvp)

    assert revoked == 1
    assert tokens.find(place, LinkPurpose.PLACE, now=NOW)
    with pytest.raises(tokens.LinkUnknown):
        tokens.find(calendar, LinkPurpose.CALENDAR, now=NOW)


@pytest.mark.parametrize("secret", ["", "x", "0" * 32, "1", "' OR 1=1 --", "é" * 32])
def test_what_is_no_link_is_unknown(rsvp, secret):
    assert tokens.issue(LinkPurpose.PLACE, now=NOW, rsvp=rsvp)

    with pytest.raises(tokens.LinkUnknown):
        tokens.find(secret, LinkPurpose.PLACE, now=NOW)


def test_a_link_has_one_subject_that_fits_its_purpose(rsvp):
    for purpose, subject in [
        (LinkPurpose.PLACE, {}),
        (LinkPurpose.PLACE, {"rsvp": rsvp, "contact_key": "k"}),
        (LinkPurpose.ABOUT_ME, {"rsvp": rsvp}),
        (LinkPurpose.ANSWER, {"rsvp": rsvp}),
    ]:
        with pytest.raises(IntegrityError, match="link_opens_one_thing"), transaction.atomic():
            tokens.issue(purpose, now=NOW, **subject)
