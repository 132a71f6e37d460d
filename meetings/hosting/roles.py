"""Who keeps a group: inviting somebody by a link, handing over, leaving."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from groups.enums import CameBy
from groups.models import Group, HostInvitation, HostRole
from meetings import contacts, posting, tokens

INVITATION_LIVES = timedelta(days=7)
# So that the listing outlives a holiday, or somebody moving away.
HOSTS_WISHED = 2

_SECRET_BYTES = 20


class InvitationUnknown(Exception):
    """No such invitation, or it was taken, revoked or has run out, or its host left: which, is not told."""


class LastHost(Exception):
    """Nobody would keep the group any more."""


class NoHost(Exception):
    """The person does not host the group."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """One host as the others see them: never the whole address."""

    role: HostRole
    label: str
    is_me: bool


def keepers(group: Group, *, me: User) -> list[Keeper]:
    """Return the hosts of a group, the longest first. One query."""
    roles = HostRole.objects.filter(group=group, ended_at=None, user__is_active=True).select_related("user")
    return [
        Keeper(role, role.user.email if role.user_id == me.pk else masked(role.user.email), role.user_id == me.pk)
        for role in roles.order_by("since", "pk")
    ]


def masked(address: str) -> str:
    """Return "a…@e….org" for "anna@example.org": enough for somebody who knows it, nobody else."""
    name, at, domain = address.rpartition("@")
    if not at or not name:
        return "…"
    host, dot, ending = domain.rpartition(".")
    return f"{name[0]}…@{host[:1]}…{dot}{ending}" if dot else f"{name[0]}…@{domain[:1]}…"


def new_press() -> str:
    """Return what tells two wishes to invite somebody from one button pressed twice."""
    return secrets.token_urlsafe(12)


def invite(
    group: Group, *, by: User, now: datetime, press: str, hands_over: bool = False, address: str = ""
) -> HostInvitation:
    """Make a link that makes one person a host, and mail it to `address`, if there is one.

    The same `press` again is the same invitation. `hands_over`: whoever invites stops being a
    host when it is taken. Raises NoHost.
    """
    with transaction.atomic():
        Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
        _role(group, by)
        secret = _secret(group, by, press)
        made = HostInvitation.objects.filter(digest=tokens.digest(secret)).first()
        if made is not None:
            return made
        made = HostInvitation.objects.create(
            group=group,
            made_by=by,
            digest=tokens.digest(secret),
            hands_over=hands_over,
            made_at=now,
            expires_at=now + INVITATION_LIVES,
        )
        if address:
            posting.send_invitation(group, address, secret, now=now)
    return made


def secret_of(group: Group, user: User, press: str, *, now: datetime) -> str:
    """Return the secret of an open invitation, for whoever made it by this press; "" when there is none."""
    secret = _secret(group, user, press)
    this = HostInvitation.objects.filter(
        digest=tokens.digest(secret), made_by=user, taken_at=None, revoked_at=None, expires_at__gt=now
    )
    return secret if this.exists() else ""


def open_invitations(group: Group, *, now: datetime) -> list[HostInvitation]:
    """Return the invitations that can still be taken, oldest first."""
    return list(
        HostInvitation.objects.filter(group=group, taken_at=None, revoked_at=None, expires_at__gt=now).order_by("pk")
    )


def find_invitation(secret: str, *, now: datetime) -> HostInvitation:
    """Return the invitation with this secret, with its group. Raises InvitationUnknown. One query."""
    return _invitation(HostInvitation.objects.select_related("group"), secret, now=now)


def take_invitation(secret: str, user: User, *, now: datetime) -> HostRole:
    """Make this person a host. Of two people who press at once the first becomes one.

    Raises InvitationUnknown.
    """
    with transaction.atomic():
        invitation = _invitation(
            HostInvitation.objects.select_for_update(of=("self",)).select_related("group", "made_by"), secret, now=now
        )
        group = Group.objects.select_for_update(of=("self",)).get(pk=invitation.group_id)
        inviting = HostRole.objects.filter(group=group, user=invitation.made_by, ended_at=None).first()
        if inviting is None:
            raise InvitationUnknown
        role = HostRole.objects.filter(group=group, user=user, ended_at=None).first()
        if role is not None:
            # Opened by somebody who hosts already: the link stays for the one it is for.
            return role
        invitation.taken_at = now
        invitation.save(update_fields=["taken_at"])
        others = list(
            User.objects.filter(is_active=True, host_roles__group=group, host_roles__ended_at=None).order_by("pk")
        )
        role = HostRole.objects.create(group=group, user=user, came_by=CameBy.HOST, since=now)
        if invitation.hands_over:
            inviting.ended_at = now
            inviting.save(update_fields=["ended_at"])
        posting.send_new_host(group, [other.email for other in others], now=now)
    return role


def revoke_invitation(group: Group, invitation_id: int, *, now: datetime) -> bool:
    """Let an open invitation open nothing any more. Returns whether there was one."""
    this = HostInvitation.objects.filter(group=group, pk=invitation_id, taken_at=None, revoked_at=None)
    return bool(this.update(revoked_at=now))


def leave(group: Group, user: User, *, now: datetime, even_as_the_last: bool = False) -> None:
    """Stop being a host. The last one is asked first: raises LastHost. Raises NoHost."""
    with transaction.atomic():
        # Two who leave at once take turns, so that the second learns of being the last.
        Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
        role = _role(group, user)
        others = HostRole.objects.filter(group=group, ended_at=None, user__is_active=True).exclude(pk=role.pk)
        if not even_as_the_last and not others.exists():
            raise LastHost
        role.ended_at = now
        role.save(update_fields=["ended_at"])
        HostInvitation.objects.filter(group=group, made_by=user, taken_at=None, revoked_at=None).update(revoked_at=now)


def ask_by_mail(group: Group, user: User, *, is_asked: bool) -> None:
    """Say whether this host is asked by mail if the listing is still true."""
    HostRole.objects.filter(group=group, user=user, ended_at=None).update(is_asked_by_mail=is_asked)


def _secret(group: Group, user: User, press: str) -> str:
    """Return the secret that belongs to one press of one host: it is kept nowhere."""
    made = hmac.new(contacts.derived_key("invitation"), f"{group.pk}:{user.pk}:{press}".encode(), hashlib.sha256)
    return base64.b32encode(made.digest()[:_SECRET_BYTES]).decode().lower()


def _role(group: Group, user: User) -> HostRole:
    role = HostRole.objects.filter(group=group, user=user, ended_at=None).first()
    if role is None:
        raise NoHost
    return role


def _invitation(invitations, secret: str, *, now: datetime) -> HostInvitation:
    found = invitations.filter(digest=tokens.digest(secret), taken_at=None, revoked_at=None, expires_at__gt=now).first()
    if found is None:
        raise InvitationUnknown
    return found
