"""The pages of a claim: what they do, what they say alike, when they ask for patience."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.enums import ClaimState, GroupState
from groups.models import Claim, HostRole
from meetings import claims, contacts, limits, posting
from meetings.enums import MessageState
from meetings.models import OutgoingMessage
from tests.factories import GroupFactory, MeetingFactory
from tests.helpers import words
from tests.meetings.hosting.conftest import NOW, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(cast):
    return signed_in(cast.member)


def with_contact(**said):
    return GroupFactory(contact=contacts.encrypt({"email": "keeper@example.net"}), **said)


def code_of(claim) -> str:
    return contacts.decrypt(OutgoingMessage.objects.get(claim=claim, state=MessageState.PLANNED).words)["code"]


def test_from_the_page_of_a_group_to_being_its_host(member, cast):
    group = with_contact()
    MeetingFactory(group=group)
    url = reverse("host:claim", args=[group.slug])
    assert url in member.get(group.get_absolute_url()).content.decode()

    asked = member.post(url, {"words": "I open the door"}, follow=True)
    claim = Claim.objects.get()
    after_asking = f"{asked.request['PATH_INFO']}?done=asked"
    wrong = member.post(after_asking, {"action": "code", "code": "12"})
    shown = member.post(asked.request["PATH_INFO"], {"action": "code", "code": code_of(claim)}, follow=True)

    assert asked.redirect_chain == [(f"/host/claims/{claim.public_id}/?done=asked", 303)]
    assert wrong.status_code == 422
    assert "Your claim is open" in words(asked)
    assert "That is not the code" in words(wrong)
    assert "Your claim is open" not in words(wrong)
    assert shown.redirect_chain == [(f"/host/groups/{group.slug}/?done=host", 303)]
    assert HostRole.objects.get(group=group).user == cast.member


def test_somebody_not_signed_in_is_led_to_signing_in_and_back(client):
    group = with_contact()

    answer = client.get(reverse("host:claim", args=[group.slug]))

    assert answer.status_code == 302
    assert answer.url == f"/account/login/?next=/host/claim/{group.slug}/"


def answers(member, group) -> list:
    """Return what every step of a claim answers: status, words without the names, and questions to the database."""
    seen = []
    for step in ("claim", "page", "wrong", "again"):
        claim = Claim.objects.filter(group=group).first()
        with CaptureQueriesContext(connection) as asked:
            if step == "claim":
                answer = member.post(reverse("host:claim", args=[group.slug]), {"words": "x"})
            else:
                url = reverse("host:claim_detail", args=[claim.public_id])
                press = {"wrong": {"action": "code", "code": "x"}, "again": {"action": "again"}}.get(step)
                answer = member.post(url, press) if press else member.get(url)
        claim = Claim.objects.get(group=group)
        said = answer.content.decode() + answer.headers.get("Location", "")
        plain = re.sub(r'value="[^"]{60,}"', "", said.replace(claim.public_id, "…").replace(group.slug, "…"))
        seen.append((step, answer.status_code, plain, len(asked)))
    return seen


def test_with_and_without_a_contact_every_answer_is_the_same(member):
    known, unknown = with_contact(name="A group", slug="same-1"), GroupFactory(name="A group", slug="same-2")
    member.get(reverse("host:home"))

    assert answers(member, known) == answers(member, unknown)
    assert OutgoingMessage.objects.filter(state=MessageState.PLANNED).count() == 1


def test_a_claim_that_is_spared_the_work_would_be_noticed(member, monkeypatch):
    known, unknown = with_contact(name="A group", slug="same-1"), GroupFactory(name="A group", slug="same-2")
    member.get(reverse("host:home"))
    send = posting.send_claim_code

    def only_where_there_is_somebody(claim, address, code, *, now):
        if address:
            send(claim, address, code, now=now)

    monkeypatch.setattr(posting, "send_claim_code", only_where_there_is_somebody)

    assert answers(member, known) != answers(member, unknown)


def test_pressing_twice_is_one_claim(member):
    group = with_contact()

    one = member.post(reverse("host:claim", args=[group.slug]), {"words": ""})
    other = member.post(reverse("host:claim", args=[group.slug]), {"words": ""})

    assert one.url == other.url
    assert Claim.objects.count() == 1
    assert OutgoingMessage.objects.count() == 1


def test_whoever_claims_too_much_is_asked_for_patience(member):
    url = reverse("host:claim", args=[with_contact().slug])

    answers = [member.post(url, {"words": ""}).status_code for _press in range(limits.CLAIM_OF_GROUP.burst + 1)]

    assert answers[:-1] == [303] * limits.CLAIM_OF_GROUP.burst
    assert answers[-1] == 429


def test_codes_are_not_found_by_trying(member):
    member.post(reverse("host:claim", args=[with_contact().slug]), {"words": ""})
    url = reverse("host:claim_detail", args=[Claim.objects.get().public_id])

    answers = {member.post(url, {"code": "x"}).status_code for _press in range(limits.CLAIM_CODE_BY_USER.burst)}
    last = member.post(url, {"code": "x"})

    assert answers == {422}
    assert last.status_code == 429


@pytest.mark.parametrize("state", [GroupState.DRAFT, GroupState.GONE])
def test_what_is_not_there_cannot_be_claimed(member, state):
    group = with_contact(state=state)
    assert member.get(reverse("host:claim", args=[with_contact().slug])).status_code == 200

    assert member.get(reverse("host:claim", args=[group.slug])).status_code == 404


def test_a_claim_is_nobody_elses(member, cast):
    claim = claims.make(with_contact(), cast.host, words="", now=NOW)
    url = reverse("host:claim_detail", args=[claim.public_id])
    assert signed_in(cast.host).get(url).status_code == 200

    assert member.get(url).status_code == 404
    assert member.post(url, {"action": "withdraw"}).status_code == 404


def test_taking_a_claim_back(member):
    member.post(reverse("host:claim", args=[with_contact().slug]), {"words": ""})
    claim = Claim.objects.get()

    answer = member.post(reverse("host:claim_detail", args=[claim.public_id]), {"action": "withdraw"})

    claim.refresh_from_db()
    assert answer.url == "/host/?done=withdrawn"
    assert claim.state == ClaimState.WITHDRAWN


def test_another_host_vouches_and_may_take_it_back(host, cast):
    claim = claims.make(cast.group, cast.member, words="I am Jo and make the tea", now=NOW)
    url = reverse("host:hosts", args=[cast.group.slug])
    page = words(host.get(url))

    vouched = host.post(url, {"action": "vouch", "id": claim.public_id}, follow=True)
    is_host = HostRole.objects.filter(user=cast.member, ended_at=None).exists()
    host.post(vouched.context["done"]["undo"])

    assert "I am Jo and make the tea" in page
    assert "member@example.org" not in page
    assert is_host
    assert not HostRole.objects.filter(user=cast.member, ended_at=None).exists()
    claim.refresh_from_db()
    assert claim.state == ClaimState.OPEN
