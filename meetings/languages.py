"""The language somebody used, kept so that what reaches them later is in it.

A language is no identity, but it narrows down whose words they are: it is forgotten together
with the address it was kept for.
"""

from contextlib import AbstractContextManager

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils import translation

from groups.models import AccountLanguage


def in_use() -> str:
    """Return the code of the language the page is shown in, "" for one the site does not have."""
    return _known(translation.get_language() or "")


def speaking(code: str) -> AbstractContextManager[None]:
    """Write in this language for a while; in the site's own for "" and for one it no longer has."""
    return translation.override(_known(code) or settings.LANGUAGE_CODE)


def keep(user: AbstractBaseUser, code: str) -> None:
    """Remember in which language somebody with an account reads. An unknown code changes nothing."""
    if known := _known(code):
        AccountLanguage.objects.update_or_create(user=user, defaults={"language": known})


def forget(user: AbstractBaseUser) -> None:
    """Forget in which language somebody reads whose account is closed."""
    AccountLanguage.objects.filter(user=user).delete()


def of_address(address: str) -> str:
    """Return the language of the account with this e-mail address, "" without one. One query, always."""
    kept = AccountLanguage.objects.filter(user__email__iexact=address, user__is_active=True)
    return kept.order_by("pk").values_list("language", flat=True).first() or ""


def _known(code: str) -> str:
    return code if code in dict(settings.LANGUAGES) else ""
