"""The second factor of staff: what counts as one, and whether it was shown in this session."""

from typing import Any, cast

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.dispatch import receiver
from django.http import HttpRequest

from groups import access
from meetings import contacts

GUARDED = ("/curate/", "/admin/")
KINDS = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)


def is_missing(request: HttpRequest) -> bool:
    """Tell whether this page waits for a second factor that was not shown yet.

    Asks the database only for somebody signed in who has not shown one.
    """
    if not settings.STAFF_NEED_SECOND_STEP or not request.path.startswith(GUARDED):
        return False
    user = cast("User | AnonymousUser", request.user)
    if not user.is_authenticated or was_shown(request):
        return False
    return user.is_staff or access.is_curator(user)


def was_shown(request: HttpRequest) -> bool:
    """Tell whether a passkey, a code of an app or a spare code was shown in this session."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def kinds_of(user: Any) -> set[str]:
    """Return the kinds of second factor that the account has."""
    return set(Authenticator.objects.filter(user=user, type__in=KINDS).values_list("type", flat=True))


@receiver(authenticator_added)
def note_new_one(sender: Any, request: HttpRequest, user: Any, authenticator: Authenticator, **kwargs: Any) -> None:
    """Count a factor that was just set up as shown: setting it up took using it."""
    if request.user == user and authenticator.type in KINDS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True)


def rotate() -> int:
    """Write every secret of a second factor anew under the newest of `CONTACT_KEYS`. Return how many rows.

    Raises meetings.contacts.UnreadableContact when a row's key is not among those named.
    """
    written = 0
    for authenticator in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk"):
        for name in _SEALED & authenticator.data.keys():
            authenticator.data[name] = contacts.renewed(authenticator.data[name].encode()).decode()
        authenticator.save(update_fields=["data"])
        written += 1
    return written


# Where an app's secret and the seed of spare codes are kept.
_SEALED = {"secret", "seed"}
