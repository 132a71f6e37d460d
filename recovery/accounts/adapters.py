"""What django-allauth is told to do our way: words of mail, no addresses of devices, secrets encrypted."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from meetings import contacts, languages
from recovery.accounts import signing_in


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("That is not the code we sent. Please look again; the newest message counts."),
        "too_many_login_attempts": _("That was tried too often. Please ask for a new code, or wait a few minutes."),
        "rate_limited": _("That was tried too often. Please wait a few minutes."),
        "duplicate_email": _("This is your address already."),
        "email_taken": _("Another account has this address."),
        "same_as_current": _("This is your address already."),
        "cannot_remove_primary_email": _("You sign in with this address, so it stays."),
        "max_email_addresses": _("You cannot have more than %d addresses."),
        "unverified_primary_email": _("Please confirm your address first."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        # There is no form of its own: the first code that is typed back opens an account.
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return nothing: what is limited by network is limited in our own views, without keeping it."""
        return ""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        # The address itself is no part of any text.
        message = self.render_mail(
            template_prefix, email, {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, **context}
        )
        message.send()

    def format_email_subject(self, subject: str) -> str:
        return str(subject)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody that their account changed. Says neither device nor address, for we keep none."""
        email = email or EmailAddress.objects.get_primary_email(user)
        if email:
            self.send_mail(template_prefix, email, context or {})

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return the ways to show a second factor again, a passkey before codes."""
        methods = super().get_reauthentication_methods(user)
        return sorted(methods, key=lambda method: method["id"] != "mfa_reauthenticate:webauthn")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        signing_in.set_end_of_session(request)
        languages.keep(user, languages.in_use())


class MfaAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That is not the code of this moment. Please try the next one."),
        "add_email_blocked": _("Your account has a second step. Take it off before you add an address."),
        "cannot_generate_recovery_codes": _("Spare codes belong to a second step. Please set that up first."),
        "unverified_email": _("Please confirm your address first. Then you can set up a second step."),
    }

    def get_totp_issuer(self) -> str:
        return settings.SITE_NAME

    def _get_site_name(self) -> str:
        return settings.SITE_NAME

    def build_totp_svg(self, url: str) -> str:
        # For the few who ask for one.
        import segno

        # Without attributes of style, which the page's policy refuses; as wide as the page makes it,
        # with the four modules of white around that readers need.
        return segno.make(url, error="m").svg_inline(border=4, light="#fff", dark="#000", omitsize=True)

    def encrypt(self, text: str) -> str:
        return contacts.encrypt({"secret": text}).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return contacts.decrypt(encrypted_text.encode())["secret"]

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:
        return str(_("My passkey"))
