"""Signing in by a code sent to an address. Who has no account yet has one once the code is typed back.

Known and unknown addresses go the same way up to that moment: the same answer, the same message,
the same work. Nothing of an address nobody confirmed is kept but the visitor's own session,
which ends in a quarter of an hour.
"""

import secrets
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import EmailAddress, Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from meetings import contacts
from meetings.enums import ContactKind

_STAYS = "stays_signed_in"


class AccountClosed(Exception):
    """The address belongs to an account that was closed."""


class SignIn(LoginCodeVerificationProcess):
    """One sign-in under way, kept in the visitor's session."""

    @classmethod
    def begin(cls, request: HttpRequest, address: str, *, stays: bool) -> "SignIn":
        """Send a code to the address and remember in the session that it is waited for."""
        user = account_of(address)
        login = Login(user=user if user and user.is_active else None, email=address)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=login.user, email=address))
        stage.state["initiated_by_user"] = True
        process = cls(stage=stage)
        process.send()
        process.persist()
        request.session[_STAYS] = stays
        request.session.set_expiry(timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT))
        return process

    @classmethod
    def resume(cls, stage: Any) -> "SignIn | None":
        return cls(stage=stage).abort_if_invalid()

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:
        get_adapter().send_mail("account/email/login_code", email, {"code": self.generate_code()})

    def finish(self, redirect_url: str | None) -> HttpResponse:
        """Sign in, opening an account first when there is none. Raises AccountClosed."""
        self._user = self.stage.login.user = open_account(self.state["email"])
        return super().finish(redirect_url)


def account_of(address: str) -> User | None:
    """Return who owns the address, capitals aside. Two queries, whether there is somebody or not."""
    folded = address.lower()
    confirmed = EmailAddress.objects.filter(email=folded, verified=True).select_related("user").first()
    # Somebody made by a command has an address that was never confirmed here.
    named = User.objects.filter(email__iexact=folded).order_by("pk").first()
    return confirmed.user if confirmed else named


def open_account(address: str) -> User:
    """Return the account of an address that was just confirmed; asking twice makes one.

    Raises AccountClosed when it had one that is closed.
    """
    with transaction.atomic():
        _take_turns(address)
        user = account_of(address)
        if user is not None and not user.is_active:
            raise AccountClosed
        if user is None:
            user = User.objects.create_user(username=new_name(), email=address.lower())
        EmailAddress.objects.update_or_create(
            user=user, email=address.lower(), defaults={"primary": True, "verified": True}
        )
    return user


def new_name() -> str:
    """Return a name for a new account. Nobody sees it: an account is known by its address."""
    return f"a-{secrets.token_hex(8)}"


def shown_name(user: User) -> str:
    """Return what an account is called where its owner, or staff, read of it."""
    return user.email or user.get_username()


def set_end_of_session(request: HttpRequest) -> None:
    """End the session with the browser's window, unless the person wished to stay signed in here."""
    stays = request.session.pop(_STAYS, False)
    request.session.set_expiry(settings.SESSION_COOKIE_AGE if stays else 0)


def _take_turns(address: str) -> None:
    """Let two presses at once open one account: the second waits for the first."""
    key = contacts.match_key(ContactKind.EMAIL, address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [key])
