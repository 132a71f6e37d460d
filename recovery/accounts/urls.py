"""The pages of an account, under /account/. Pages of passwords and of other sites' accounts do not exist."""

from allauth.account import views as account_views
from allauth.mfa.base import views as base_views
from allauth.mfa.recovery_codes import views as spare_codes_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as passkey_views
from django.urls import path

from recovery.accounts import views
from recovery.accounts.views import ours

urlpatterns = [
    path("", views.account, name="account"),
    path("login/", views.sign_in, name="account_login"),
    path("login/code/", views.confirm, name="account_confirm_login_code"),
    path("logout/", ours(account_views.logout), name="account_logout"),
    path("closed/", views.closed, name="account_inactive"),
    path("close/", views.close_account, name="account_close"),
    path("gone/", views.gone, name="account_gone"),
    path("email/", ours(account_views.email), name="account_email"),
    path("email/code/", ours(account_views.email_verification_sent), name="account_email_verification_sent"),
    path("second-step/", views.second_factor, name="account_second_step"),
    # Names that django-allauth looks up: there is one way in.
    path("signup/", views.to_sign_in, name="account_signup"),
    path("code/", views.to_sign_in, name="account_request_login_code"),
    path("password/reset/", views.to_sign_in, name="account_reset_password"),
    path("password/change/", views.to_sign_in, name="account_change_password"),
    path("password/set/", views.to_sign_in, name="account_set_password"),
    path("password/", views.to_sign_in, name="account_reauthenticate"),
    # The second factor.
    path("keys/", ours(base_views.index), name="mfa_index"),
    path("keys/show/", ours(base_views.authenticate), name="mfa_authenticate"),
    path("keys/show-again/", ours(base_views.reauthenticate), name="mfa_reauthenticate"),
    path("keys/app/", ours(app_views.activate_totp), name="mfa_activate_totp"),
    path("keys/app/remove/", ours(app_views.deactivate_totp), name="mfa_deactivate_totp"),
    path("keys/spare/", ours(spare_codes_views.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("keys/spare/new/", ours(spare_codes_views.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("keys/spare/download/", ours(spare_codes_views.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("keys/passkeys/", ours(passkey_views.list_webauthn), name="mfa_list_webauthn"),
    path("keys/passkeys/new/", ours(passkey_views.add_webauthn), name="mfa_add_webauthn"),
    path("keys/passkeys/show-again/", ours(passkey_views.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("keys/passkeys/<int:pk>/remove/", ours(passkey_views.remove_webauthn), name="mfa_remove_webauthn"),
    path("keys/passkeys/<int:pk>/name/", ours(passkey_views.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "keys/passkeys/sign-in/",
        ours(views.limited(views.PASSKEYS_FROM_NETWORK)(passkey_views.login_webauthn)),
        name="mfa_login_webauthn",
    ),
]
