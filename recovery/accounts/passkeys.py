"""Signing in by a passkey alone. A module of its own: what reads passkeys is large, and seldom needed."""

from typing import Any

from allauth.account.internal.stagekit import clear_login
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.http import HttpRequest, HttpResponse

from recovery.accounts.wrapping import ours


class PasskeyView(LoginWebAuthnView):
    """Sign in by a passkey alone, also after a code was asked for that is no longer wanted."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:
        return None

    def form_valid(self, form: Any) -> HttpResponse:
        clear_login(self.request)
        return super().form_valid(form)


sign_in = ours(PasskeyView.as_view())
