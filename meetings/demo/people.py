"""Accounts of the demo: a host, a second one, a curator and an admin.

Made only where mail stays on the machine and can be read at /outbox/: their codes arrive there,
and addresses of `.example` reach nobody anywhere.
"""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User

from groups.enums import CameBy
from groups.models import CuratorRole, Group, HostRole

AT = "@demo.example"
HOST, SECOND_HOST, CURATOR, ADMIN = f"host{AT}", f"second-host{AT}", f"curator{AT}", f"admin{AT}"


def make(groups: Sequence[Group], *, now: datetime) -> None:
    """Make the accounts; the host keeps these groups, the second host the first of them.

    Somebody who handed a group over, or ended a role, keeps it that way.
    """
    host, second, curator = (_account(address) for address in (HOST, SECOND_HOST, CURATOR))
    admin = _account(ADMIN)
    if not admin.is_superuser:
        admin.is_staff = admin.is_superuser = True
        admin.save(update_fields=["is_staff", "is_superuser"])
    for user, kept in ((host, groups), (second, groups[:1])):
        for group in kept:
            HostRole.objects.get_or_create(group=group, user=user, defaults={"came_by": CameBy.DEMO, "since": now})
    CuratorRole.objects.get_or_create(user=curator, defaults={"is_for_everything": True})


def remove() -> None:
    """Take the accounts away, and what they kept."""
    User.objects.filter(email__endswith=AT).delete()


def _account(address: str) -> User:
    user, is_new = User.objects.get_or_create(email=address, defaults={"username": address})
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
