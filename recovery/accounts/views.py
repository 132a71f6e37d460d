"""Signing in and out, and what belongs to an account."""

import logging
from datetime import timedelta
from http import HTTPStatus
from smtplib import SMTPException
from typing import Any, cast

from allauth.account.internal.decorators import login_stage_required
from allauth.account.mixins import NextRedirectMixin
from allauth.account.models import EmailAddress
from allauth.account.stages import LoginByCodeStage
from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from allauth.account.views import ConfirmLoginCodeView
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic.edit import FormView

from groups import access
from groups.models import HostRole
from meetings import contacts, limits
from meetings.enums import ContactKind
from recovery.accounts import closing, second_step
from recovery.accounts.forms import SignInForm
from recovery.accounts.signing_in import AccountClosed, SignIn
from recovery.accounts.wrapping import limited, ours

logger = logging.getLogger(__name__)

# A whole office may sit behind one address.
SIGN_IN_FROM_NETWORK = limits.Bucket("sign-in-network", 60, timedelta(hours=1))
CODES_FROM_NETWORK = limits.Bucket("sign-in-codes-network", 120, timedelta(hours=1))
CODES_TO_ADDRESS = limits.Bucket("sign-in-address", 5, timedelta(hours=1))


class SignInView(NextRedirectMixin, FormView):
    """Ask for an address and send a code to it, whether it is known here or not."""

    form_class = SignInForm
    template_name = "account/login.html"

    @method_decorator(limited(SIGN_IN_FROM_NETWORK))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return HttpResponseRedirect(get_login_redirect_url(request))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: SignInForm) -> HttpResponse:
        here = HttpResponseRedirect(self.passthrough_next_url(reverse("account_confirm_login_code")))
        if form.cleaned_data["website"]:
            # A machine filled it in. It sees what people see.
            return here
        address = form.cleaned_data["email"]
        try:
            # Where mail stays on the machine there is no mailbox to fill.
            if not settings.SHOWS_OUTBOX:
                key = contacts.match_key(ContactKind.EMAIL, address)
                limits.take(CODES_TO_ADDRESS, key, now=timezone.now())
        except limits.TooMany:
            form.add_error(
                "email", _("We sent several codes to this address within the hour. Please use the last one, or wait.")
            )
            return self.form_invalid(form, status=HTTPStatus.TOO_MANY_REQUESTS)
        try:
            SignIn.begin(self.request, address, stays=form.cleaned_data["stays"])
        except (SMTPException, OSError):
            logger.exception("a code could not be sent")
            form.add_error(
                None, _("We cannot send mail at this moment. Nothing is lost: please try again in a few minutes.")
            )
            return self.form_invalid(form, status=HTTPStatus.SERVICE_UNAVAILABLE)
        return here

    def form_invalid(self, form: SignInForm, status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)


@method_decorator(
    login_stage_required(stage=LoginByCodeStage.key, redirect_urlname="account_login"),
    name="dispatch",
)
class ConfirmView(ConfirmLoginCodeView):
    """Ask for the code that was sent."""

    @method_decorator(limited(CODES_FROM_NETWORK))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.stage = request._login_stage  # type: ignore[attr-defined]
        process = SignIn.resume(self.stage)
        if not process:
            return redirect("account_login")
        self._process = process
        # Past the dispatch of the view this one extends, which would look the sign-in up again.
        return FormView.dispatch(self, request, *args, **kwargs)

    def _verify_form_valid(self, form: Any) -> HttpResponse:
        try:
            return super()._verify_form_valid(form)
        except AccountClosed:
            self._process.abort()
            return redirect("account_inactive")


@require_safe
@never_cache
@access.for_members
def account(request: HttpRequest) -> HttpResponse:
    """Show what belongs to the account, and where its work is."""
    return render(
        request,
        "account/index.html",
        {
            "groups": access.groups_hosted_by(request.user).order_by("name", "pk"),
            "is_curator": access.is_curator(request.user),
            "second_factors": second_step.kinds_of(request.user),
            "passkeys": Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN).count(),
            "address": EmailAddress.objects.get_primary_email(request.user) or cast(User, request.user).email,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@access.for_members
def close_account(request: HttpRequest) -> HttpResponse:
    """Close the account of whoever is signed in, after asking. Groups it leaves without a host are named."""
    if request.method == "POST":
        user = cast(User, request.user)
        logout(request)
        closing.close(user, now=timezone.now())
        return redirect("account_gone")
    others = HostRole.objects.filter(group=OuterRef("pk"), ended_at=None).exclude(user=request.user)
    alone = access.groups_hosted_by(request.user).exclude(Exists(others)).order_by("name", "pk")
    return render(request, "account/close.html", {"groups": alone})


@require_safe
def gone(request: HttpRequest) -> HttpResponse:
    """Say that the account is closed."""
    return render(request, "account/gone.html")


@require_safe
@never_cache
@access.for_members
def second_factor(request: HttpRequest) -> HttpResponse:
    """Lead staff to showing a second factor, or to setting one up."""
    to = get_next_redirect_url(request) or reverse("account")
    if second_step.was_shown(request):
        return redirect(to)
    kinds = second_step.kinds_of(request.user)
    if kinds:
        name = "mfa_reauthenticate_webauthn" if Authenticator.Type.WEBAUTHN in kinds else "mfa_reauthenticate"
        return redirect(f"{reverse(name)}?{urlencode({REDIRECT_FIELD_NAME: to})}")
    return render(request, "account/second_step.html", {"next": to})


@require_http_methods(["GET", "HEAD", "POST"])
def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to signing in from where other sites have passwords, sign-up or its confirmation."""
    return redirect("account_login")


@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Say that an account was closed. Only its owner gets here, by a code."""
    return render(request, "account/account_inactive.html", status=HTTPStatus.FORBIDDEN)


sign_in = never_cache(SignInView.as_view())
confirm = ours(ConfirmView.as_view())
