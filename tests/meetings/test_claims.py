"""Claiming a group: by a code, by somebody's word; what nobody learns; who may not."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups.enums import CameBy, ClaimState, Role
from groups.models import Claim, HostRole
from meetings import claims, codes, contacts, messages
from meetings.enums import MessageKind, MessageState
from meetings.models import OutgoingMessage
from meetings.reminders import sending
from tests.crowd import crowd_of
from tests.factories import GroupFactory
from tests.helpers import instant

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-25 12:00")


def person(name: str) -> User:
    return User.objects.create_user(username=name, email=f"{name}@example.org")


def with_contact(**said):
    return GroupFactory(contact=contacts.encrypt({"email": "keeper@example.net"}), **said)


def code_of(claim) -> str:
    message = OutgoingMessage.objects.get(claim=claim, state=MessageState.PLANNED)
    return contacts.decrypt(message.words)["code"]


def test_a_code_goes_to_the_contact_on_record_and_makes_a_host():
    group, host = with_contact(), person("host")

    claim = claims.make(group, host, words="I open the door", now=NOW)
    message = OutgoingMessage.objects.get()
    role = claims.show_code(claim, f" {code_of(claim)[:3]} {code_of(claim)[3:]}", now=NOW)

    assert message.kind == MessageKind.CLAIM
    assert contacts.address_of(message.recipient) == "keeper@example.net"
    assert (role.group, role.user, role.came_by, role.since) == (group, host, CameBy.CODE, NOW)
    claim.refresh_from_db()
    assert (claim.state, claim.decided_by, claim.code_digest) == (ClaimState.ACCEPTED, host, "")


def test_the_message_names_no_group_and_no_claimer(settings):
    settings.SHOWS_OUTBOX = False
    group = with_contact(name="Tuesday Candlelight")
    claim = claims.make(group, person("stranger"), words="", now=NOW)
    code = code_of(claim)

    sending.send_due(now=NOW)

    (sent,) = mail.outbox
    assert code in sent.subject
    assert code in sent.body
    assert "Candlelight" not in sent.subject + sent.body
    assert "stranger" not in sent.subject + sent.body


def test_without_a_contact_nothing_goes_and_everything_else_is_the_same(settings):
    settings.SHOWS_OUTBOX = False
    known, unknown = with_contact(), GroupFactory()
    one, other = person("one"), person("other")

    with CaptureQueriesContext(connection) as asked_known:
        with_one = claims.make(known, one, words="", now=NOW)
    with CaptureQueriesContext(connection) as asked_unknown:
        without = claims.make(unknown, other, words="", now=NOW)
    sending.send_due(now=NOW)

    assert len(asked_known) == len(asked_unknown)
    assert (with_one.state, with_one.code_until) == (without.state, without.code_until)
    assert [message.to for message in mail.outbox] == [["keeper@example.net"]]
    assert OutgoingMessage.objects.get(claim=without).state == MessageState.VOID


def test_asking_twice_is_one_claim_and_one_code():
    group, host = with_contact(), person("host")

    first = claims.make(group, host, words="one", now=NOW)
    code = code_of(first)
    second = claims.make(group, host, words="two", now=NOW + timedelta(minutes=1))

    assert first == second
    assert code_of(second) == code
    assert Claim.objects.get().words == "two"


def test_a_new_code_takes_the_place_of_the_old_one():
    group, host = with_contact(), person("host")
    claim = claims.make(group, host, words="", now=NOW)
    old = code_of(claim)

    claims.send_again(claim, now=NOW)

    new = code_of(claim)
    if old != new:
        with pytest.raises(codes.WrongCode):
            claims.show_code(claim, old, now=NOW)
    assert claims.show_code(claim, new, now=NOW).user == host


def test_five_wrong_codes_close_the_way_by_code():
    claim = claims.make(with_contact(), person("stranger"), words="", now=NOW)
    code = code_of(claim)
    wrong = "000000" if code != "000000" else "111111"

    for _try in range(codes.MOST_TRIES):
        with pytest.raises(codes.WrongCode):
            claims.show_code(claim, wrong, now=NOW)

    with pytest.raises(codes.WrongCode):
        claims.show_code(claim, code, now=NOW)
    assert not HostRole.objects.exists()


def test_a_code_runs_out():
    claim = claims.make(with_contact(), person("host"), words="", now=NOW)
    code = code_of(claim)

    with pytest.raises(codes.WrongCode):
        claims.show_code(claim, code, now=NOW + claims.CODE_LIVES)

    assert claims.show_code(claim, code, now=NOW + claims.CODE_LIVES - timedelta(seconds=1))


def test_who_keeps_the_group_already_claims_nothing():
    group, host = with_contact(), person("host")
    HostRole.objects.create(group=group, user=host, came_by=CameBy.HOST, since=NOW)

    with pytest.raises(claims.AlreadyHost):
        claims.make(group, host, words="", now=NOW)

    assert not Claim.objects.exists()


@pytest.mark.parametrize(("role", "came_by"), [(Role.HOST, CameBy.HOST), (Role.CURATOR, CameBy.CURATOR)])
def test_the_word_of_another_is_enough_and_is_written_down(role, came_by):
    group, member, other = GroupFactory(), person("member"), person("other")
    claim = claims.make(group, member, words="", now=NOW)

    made = claims.accept(claim, by=other, role=role, now=NOW)
    again = claims.accept(claim, by=other, role=role, now=NOW)

    assert made == again
    assert made.came_by == came_by
    claim.refresh_from_db()
    assert claim.decided_by == other


def test_nobody_vouches_for_themselves():
    member = person("member")
    claim = claims.make(GroupFactory(), member, words="", now=NOW)

    with pytest.raises(claims.OwnClaim):
        claims.accept(claim, by=member, role=Role.CURATOR, now=NOW)

    assert not HostRole.objects.exists()


def test_the_other_hosts_are_told_and_who_vouched_is_not():
    group, host, second, member = GroupFactory(), person("host"), person("second"), person("member")
    for user in (host, second):
        HostRole.objects.create(group=group, user=user, came_by=CameBy.HOST, since=NOW)
    claim = claims.make(group, member, words="", now=NOW)

    claims.accept(claim, by=host, role=Role.HOST, now=NOW)

    told = OutgoingMessage.objects.filter(state=MessageState.PLANNED)
    assert [contacts.address_of(message.recipient) for message in told] == ["second@example.org"]
    assert group.name not in messages.words_of(told[0], now=NOW).subject


def test_a_refused_claim_is_decided_and_may_be_made_again():
    group, stranger, curator = GroupFactory(), person("stranger"), person("curator")
    claim = claims.make(group, stranger, words="", now=NOW)

    claims.refuse(claim, by=curator, role=Role.CURATOR, now=NOW, reason="Nobody there knows you")
    with pytest.raises(claims.ClaimDecided):
        claims.accept(claim, by=curator, role=Role.CURATOR, now=NOW)
    again = claims.make(group, stranger, words="", now=NOW)

    claim.refresh_from_db()
    assert (claim.state, claim.reason) == (ClaimState.REFUSED, "Nobody there knows you")
    assert again != claim


def test_undoing_a_decision_opens_the_claim_and_ends_the_role():
    group, member, curator = GroupFactory(), person("member"), person("curator")
    claim = claims.make(group, member, words="", now=NOW)
    claims.accept(claim, by=curator, role=Role.CURATOR, now=NOW)

    claims.reopen(claim, now=NOW + timedelta(minutes=1))

    claim.refresh_from_db()
    assert (claim.state, claim.decided_at) == (ClaimState.OPEN, None)
    assert HostRole.objects.get().ended_at == NOW + timedelta(minutes=1)


def test_what_nobody_vouched_for_runs_out_and_old_words_are_forgotten():
    claim = claims.make(GroupFactory(), person("member"), words="I am Jo", now=NOW)
    late = NOW + claims.OPEN_FOR

    before = claims.run_out(now=late - timedelta(seconds=1))
    closed = claims.run_out(now=late)
    kept = Claim.objects.get().words
    claims.run_out(now=late + claims.WORDS_KEPT_FOR)

    claim.refresh_from_db()
    assert (before, closed, kept) == (0, 1, "I am Jo")
    assert (claim.state, claim.words) == (ClaimState.RUN_OUT, "")


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_one_claim_and_two_codes_at_once_one_role():
    group, host = with_contact(), person("host")
    with crowd_of(4) as crowd:
        made = crowd.at_once(*[lambda: claims.make(group, host, words="", now=NOW)] * 4)
        claim = Claim.objects.get()
        code = code_of(claim)
        shown = crowd.at_once(*[lambda: claims.show_code(Claim.objects.get(pk=claim.pk), code, now=NOW)] * 4)

    roles = [one for one in shown if not isinstance(one, Exception)]
    failed = [one for one in shown if isinstance(one, Exception)]
    assert made == [claim] * 4
    assert len({role.pk for role in roles}) == 1
    assert HostRole.objects.count() == 1
    assert all(isinstance(error, codes.WrongCode) for error in failed)
