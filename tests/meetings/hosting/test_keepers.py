"""Who keeps a group: invitations, handing over, leaving."""

from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse

from groups.enums import CameBy
from groups.models import HostInvitation, HostRole
from meetings import contacts
from meetings.hosting import roles
from meetings.models import OutgoingMessage
from tests.cast import make_host, make_person
from tests.crowd import crowd_of
from tests.helpers import words
from tests.meetings.hosting.conftest import NOW, signed_in

pytestmark = pytest.mark.django_db


def invitation(cast, *, press="one", **said) -> str:
    roles.invite(cast.group, by=cast.host, now=NOW, press=press, **said)
    return roles.secret_of(cast.group, cast.host, press, now=NOW)


@pytest.mark.parametrize(
    ("address", "masked"),
    [("anna@example.org", "a…@e….org"), ("b@x.y.example.net", "b…@x….net"), ("c@localhost", "c…@l…"), ("", "…")],
)
def test_hosts_see_little_of_each_others_addresses(address, masked):
    assert roles.masked(address) == masked


def test_the_page_shows_my_own_address_and_a_little_of_the_others(host, cast):
    make_host(cast.group, "zelda")

    page = words(host.get(reverse("host:hosts", args=[cast.group.slug])))

    assert "host@example.org (you)" in page
    assert "z…@e….org" in page
    assert "zelda@example.org" not in page


def test_a_link_is_shown_once_and_makes_one_person_a_host(host, cast):
    url = reverse("host:hosts", args=[cast.group.slug])
    press = host.get(url).context["form"]["press"].value()

    made = host.post(url, {"action": "invite", "press": press, "email": ""}, follow=True)
    again = host.post(url, {"action": "invite", "press": press, "email": ""})
    link = made.context["link"]
    path = link.partition("/host/")[2]
    taken = signed_in(cast.member).post(f"/host/{path}")
    late = signed_in(make_person("late")).post(f"/host/{path}")

    assert made.redirect_chain[0][1] == again.status_code == 303
    assert HostInvitation.objects.count() == 1
    assert link not in words(host.get(url))
    assert taken.url == f"/host/groups/{cast.group.slug}/?done=host"
    assert HostRole.objects.get(user=cast.member).came_by == CameBy.HOST
    assert late.status_code == 404


def test_looking_at_an_invitation_takes_nothing(cast):
    url = reverse("host:invitation", args=[invitation(cast)])

    page = signed_in(cast.member).get(url)

    assert cast.group.name in words(page)
    assert not HostRole.objects.filter(user=cast.member).exists()


def test_an_invitation_by_mail_names_no_group(host, cast):
    url = reverse("host:hosts", args=[cast.group.slug])

    answer = host.post(url, {"action": "invite", "press": "x", "email": "friend@example.net"})

    message = OutgoingMessage.objects.get()
    assert answer.url.endswith("?done=invited")
    assert contacts.address_of(message.recipient) == "friend@example.net"
    from meetings import messages

    said = messages.words_of(message, now=NOW)
    assert "/host/invitation/" in said.link
    assert cast.group.name not in " ".join([said.subject, *said.lines])


def test_handing_over_ends_ones_own_role(cast):
    secret = invitation(cast, hands_over=True)

    roles.take_invitation(secret, cast.member, now=NOW + timedelta(hours=1))

    assert HostRole.objects.get(user=cast.host).ended_at == NOW + timedelta(hours=1)
    assert HostRole.objects.get(user=cast.member).ended_at is None


@pytest.mark.parametrize("why", ["run out", "revoked", "inviter left", "unknown"])
def test_an_invitation_that_is_over_opens_nothing(cast, why):
    make_host(cast.group, "second")
    secret, now = invitation(cast), NOW
    assert roles.find_invitation(secret, now=NOW)
    match why:
        case "run out":
            now += roles.INVITATION_LIVES
        case "revoked":
            roles.revoke_invitation(cast.group, HostInvitation.objects.get().pk, now=NOW)
        case "inviter left":
            roles.leave(cast.group, cast.host, now=NOW)
        case "unknown":
            secret = "a" * 32

    with pytest.raises(roles.InvitationUnknown):
        roles.take_invitation(secret, cast.member, now=now)

    assert not HostRole.objects.filter(user=cast.member).exists()


def test_the_last_host_is_asked_twice(host, cast):
    url = reverse("host:hosts", args=[cast.group.slug])

    first = host.post(url, {"action": "leave"})
    still = HostRole.objects.get(user=cast.host).ended_at
    second = host.post(url, {"action": "leave", "sure": "yes"})

    assert first.status_code == 409
    assert "You are the last host" in words(first)
    assert still is None
    assert second.url == "/host/?done=left"
    assert HostRole.objects.get(user=cast.host).ended_at == NOW


def test_with_a_second_host_one_may_go(host, cast):
    make_host(cast.group, "second")

    answer = host.post(reverse("host:hosts", args=[cast.group.slug]), {"action": "leave"})

    assert answer.url == "/host/?done=left"
    assert host.get(reverse("host:group", args=[cast.group.slug])).status_code == 404


def test_not_being_asked_by_mail(host, cast):
    url = reverse("host:hosts", args=[cast.group.slug])

    host.post(url, {"action": "no-mail"})
    quiet = HostRole.objects.get(user=cast.host).is_asked_by_mail
    host.post(url, {"action": "mail"})

    assert quiet is False
    assert HostRole.objects.get(user=cast.host).is_asked_by_mail is True


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_one_invitation_at_once_one_becomes_a_host(cast):
    secret = invitation(cast)
    people = [cast.member, make_person("another")]

    with crowd_of(2) as crowd:
        answers = crowd.at_once(*[partial(roles.take_invitation, secret, user, now=NOW) for user in people])

    refused = [answer for answer in answers if isinstance(answer, roles.InvitationUnknown)]
    assert len(refused) == 1
    assert HostRole.objects.filter(user__in=people).count() == 1
