"""The pages of an account, under /account/. Pages of passwords and of other sites' accounts do not exist."""

from datetime import timedelta

from django.urls import path

from meetings import limits
from recovery.accounts.wrapping import View, later, limited, ours

# A whole office may sit behind one address.
PASSKEYS_FROM_NETWORK = limits.Bucket("passkey-network", 60, timedelta(hours=1))


def theirs(path: str) -> View:
    """Return a page of django-allauth as ours are, loaded when it is first asked for."""
    return ours(later(path))


urlpatterns = [
    path("", later("recovery.accounts.views.account"), name="account"),
    path("login/", later("recovery.accounts.views.sign_in"), name="account_login"),
    path("login/code/", later("recovery.accounts.views.confirm"), name="account_confirm_login_code"),
    path("logout/", theirs("allauth.account.views.logout"), name="account_logout"),
    path("closed/", later("recovery.accounts.views.closed"), name="account_inactive"),
    path("close/", later("recovery.accounts.views.close_account"), name="account_close"),
    path("gone/", later("recovery.accounts.views.gone"), name="account_gone"),
    path("email/", theirs("allauth.account.views.email"), name="account_email"),
    path(
        "email/code/", theirs("allauth.account.views.email_verification_sent"), name="account_email_verification_sent"
    ),
    path("second-step/", later("recovery.accounts.views.second_factor"), name="account_second_step"),
    # Names that django-allauth looks up: there is one way in.
    path("signup/", later("recovery.accounts.views.to_sign_in"), name="account_signup"),
    path("code/", later("recovery.accounts.views.to_sign_in"), name="account_request_login_code"),
    path("password/reset/", later("recovery.accounts.views.to_sign_in"), name="account_reset_password"),
    path("password/change/", later("recovery.accounts.views.to_sign_in"), name="account_change_password"),
    path("password/set/", later("recovery.accounts.views.to_sign_in"), name="account_set_password"),
    path("password/", later("recovery.accounts.views.to_sign_in"), name="account_reauthenticate"),
    # The second factor.
    path("keys/", theirs("allauth.mfa.base.views.index"), name="mfa_index"),
    path("keys/show/", theirs("allauth.mfa.base.views.authenticate"), name="mfa_authenticate"),
    path("keys/show-again/", theirs("allauth.mfa.base.views.reauthenticate"), name="mfa_reauthenticate"),
    path("keys/app/", theirs("allauth.mfa.totp.views.activate_totp"), name="mfa_activate_totp"),
    path("keys/app/remove/", theirs("allauth.mfa.totp.views.deactivate_totp"), name="mfa_deactivate_totp"),
    path("keys/spare/", theirs("allauth.mfa.recovery_codes.views.view_recovery_codes"), name="mfa_view_recovery_codes"),
    path(
        "keys/spare/new/",
        theirs("allauth.mfa.recovery_codes.views.generate_recovery_codes"),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "keys/spare/download/",
        theirs("allauth.mfa.recovery_codes.views.download_recovery_codes"),
        name="mfa_download_recovery_codes",
    ),
    path("keys/passkeys/", theirs("allauth.mfa.webauthn.views.list_webauthn"), name="mfa_list_webauthn"),
    path("keys/passkeys/new/", theirs("allauth.mfa.webauthn.views.add_webauthn"), name="mfa_add_webauthn"),
    path(
        "keys/passkeys/show-again/",
        theirs("allauth.mfa.webauthn.views.reauthenticate_webauthn"),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "keys/passkeys/<int:pk>/remove/",
        theirs("allauth.mfa.webauthn.views.remove_webauthn"),
        name="mfa_remove_webauthn",
    ),
    path("keys/passkeys/<int:pk>/name/", theirs("allauth.mfa.webauthn.views.edit_webauthn"), name="mfa_edit_webauthn"),
    path(
        "keys/passkeys/sign-in/",
        limited(PASSKEYS_FROM_NETWORK)(later("recovery.accounts.passkeys.sign_in")),
        name="mfa_login_webauthn",
    ),
]
