"""Closing one's own account: the address and every way in are erased at once, and all roles end.

A row without an address stays, so that what was decided keeps its role. Whoever signs in with
the address again gets a new account.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction

from groups.enums import ClaimState
from groups.models import Claim, CuratorRole, HostInvitation, HostRole
from meetings import languages
from recovery.accounts.signing_in import new_name


def close(user: User, *, now: datetime) -> None:
    """Erase what tells whose account it was. Sessions of other devices end with it."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        HostRole.objects.filter(user=user, ended_at=None).update(ended_at=now)
        CuratorRole.objects.filter(user=user, ended_at=None).update(ended_at=now)
        HostInvitation.objects.filter(made_by=user, taken_at=None, revoked_at=None).update(revoked_at=now)
        Claim.objects.filter(user=user, state=ClaimState.OPEN).update(state=ClaimState.WITHDRAWN, decided_at=now)
        Claim.objects.filter(user=user).update(words="")
        languages.forget(user)
        user.username, user.email, user.first_name, user.last_name = new_name(), "", "", ""
        user.is_active = user.is_staff = user.is_superuser = False
        user.set_unusable_password()
        user.save()
