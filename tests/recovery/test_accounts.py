"""Accounts: a code by e-mail, no password, the same for an address that is known and one that is not."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.models import CuratorRole
from meetings import limits
from recovery.accounts import signing_in
from recovery.tasks import forget_ended_sessions
from tests.helpers import words

pytestmark = pytest.mark.django_db

ADDRESS = "robin@example.org"


def make_user(address: str = ADDRESS, **fields) -> User:
    user = User.objects.create_user(address.partition("@")[0], email=address, **fields)
    EmailAddress.objects.create(user=user, email=address, primary=True, verified=True)
    return user


def ask(client, address: str = ADDRESS, **fields):
    return client.post(reverse("account_login"), {"email": address, **fields})


def sent_code() -> str:
    return re.search(r"^\d{6}$", mail.outbox[-1].body, re.MULTILINE)[0]


def sign_in(client, address: str = ADDRESS, **fields):
    ask(client, address, **fields)
    return client.post(reverse("account_confirm_login_code"), {"code": sent_code()})


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_a_code_signs_in(client):
    user = make_user()

    response = sign_in(client)

    assert (response.status_code, response.url) == (302, "/account/")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_the_first_code_typed_back_makes_an_account_without_a_password(client):
    sign_in(client)

    user = User.objects.get()
    address = EmailAddress.objects.get()
    assert is_signed_in(client)
    assert (user.email, user.has_usable_password(), user.is_staff) == (ADDRESS, False, False)
    assert (address.user, address.verified, address.primary) == (user, True, True)


def test_an_address_nobody_confirmed_is_kept_in_no_table_but_a_session_of_minutes(client):
    ask(client)

    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)


def test_known_and_unknown_addresses_are_answered_alike(client):
    make_user("known@example.org")
    answers = []

    for address in ("known@example.org", "nobody@example.org"):
        client.cookies.clear()
        asked = ask(client, address)
        page = client.get(asked.url)
        message = mail.outbox[-1]
        answers.append(
            (
                asked.status_code,
                asked.url,
                words(page).replace(address, "…"),
                message.subject,
                message.body.replace(sent_code(), "…"),
            )
        )

    assert answers[0] == answers[1]
    assert len(mail.outbox) == 2


def test_known_and_unknown_addresses_ask_the_database_alike(client):
    make_user("known@example.org")
    counts = []

    for address in ("known@example.org", "nobody@example.org"):
        client.cookies.clear()
        with CaptureQueriesContext(connection) as asked:
            ask(client, address)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_message_tells_no_stranger_what_it_is_about(client):
    ask(client)

    message = mail.outbox[-1]
    assert message.subject == "Your code to sign in"
    assert sent_code() not in message.subject
    for word in ("recovery", "group", "meeting", "host", ADDRESS):
        assert word not in f"{message.subject} {message.body}".lower()


def test_a_wrong_code_comes_back_as_422_and_three_end_the_sign_in(client):
    ask(client)
    wrong = "000000" if sent_code() != "000000" else "111111"
    to = reverse("account_confirm_login_code")

    first, second, third = (client.post(to, {"code": wrong}) for _try in range(3))

    assert (first.status_code, second.status_code) == (422, 422)
    assert "That is not the code we sent" in words(first)
    assert third.status_code == 302
    client.post(to, {"code": sent_code()})
    assert not is_signed_in(client)


def test_a_code_is_good_for_a_quarter_of_an_hour(client):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask(client)
        clock.shift(timedelta(minutes=15, seconds=1))

        client.post(reverse("account_confirm_login_code"), {"code": sent_code()})

    assert not is_signed_in(client)


def test_pressing_twice_makes_one_account(client):
    ask(client)
    code = sent_code()

    for _press in range(2):
        client.post(reverse("account_confirm_login_code"), {"code": code})

    assert User.objects.count() == 1
    assert is_signed_in(client)


def test_an_address_in_other_letters_is_the_same_account(client):
    user = make_user()

    sign_in(client, "Robin@Example.ORG")

    assert client.session["_auth_user_id"] == str(user.pk)
    assert User.objects.count() == 1


def test_a_closed_account_stays_closed(client):
    make_user(is_active=False)

    response = sign_in(client)

    assert response.url == reverse("account_inactive")
    assert client.get(response.url).status_code == 403
    assert not is_signed_in(client)
    with pytest.raises(signing_in.AccountClosed):
        signing_in.open_account(ADDRESS)


def test_what_no_address_is_comes_back_with_what_was_typed(client):
    response = ask(client, "robin at example")

    assert response.status_code == 422
    assert 'value="robin at example"' in response.content.decode()
    assert mail.outbox == []


def test_a_machine_that_fills_in_everything_sends_nothing(client):
    response = ask(client, website="https://example.org")

    assert response.status_code == 302
    assert mail.outbox == []


def test_nobodys_mailbox_is_filled(client, settings):
    settings.SHOWS_OUTBOX = False
    statuses = [ask(client).status_code for _try in range(6)]

    assert statuses == [302] * 5 + [429]
    assert len(mail.outbox) == 5


def test_a_network_is_asked_to_wait_and_nothing_of_it_is_kept(client):
    statuses = [
        client.post(reverse("account_login"), {"email": f"a{n}@example.org"}, REMOTE_ADDR="203.0.113.7").status_code
        for n in range(61)
    ]

    kept = limits._client(limits.settings.REDIS_URL).keys("*")
    assert statuses == [302] * 60 + [429]
    assert kept
    assert not any(b"203.0.113" in key or b"example.org" in key for key in kept)


def test_the_session_ends_with_the_window_unless_wished_otherwise(client):
    sign_in(client)
    assert client.session.get_expire_at_browser_close()
    client.post(reverse("account_logout"))

    sign_in(client, stays="on")

    assert not client.session.get_expire_at_browser_close()
    assert client.session.get_expiry_age() == 14 * 24 * 3600


def test_signing_out_takes_a_press(client):
    client.force_login(make_user())

    page = client.get(reverse("account_logout"))
    assert (page.status_code, is_signed_in(client)) == (200, True)

    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


def test_who_wanted_somewhere_gets_there(client):
    make_user()
    to = "/account/email/"

    page = client.get(to, follow=True)
    assert page.request["PATH_INFO"] == "/account/login/"
    asked = client.post(f"/account/login/?next={to}", {"email": ADDRESS, "next": to})
    response = client.post(asked.url, {"code": sent_code(), "next": to})

    assert response.url == to


def test_nobody_is_sent_to_another_site(client):
    make_user()

    asked = client.post("/account/login/", {"email": ADDRESS, "next": "https://elsewhere.example/"})
    response = client.post("/account/login/code/", {"code": sent_code(), "next": "https://elsewhere.example/"})

    assert "elsewhere" not in asked.url
    assert response.url == "/account/"


@pytest.mark.parametrize(
    "name",
    [
        "account_signup", "account_request_login_code", "account_reset_password", "account_change_password",
        "account_set_password", "account_reauthenticate",
    ],
)  # fmt: skip
def test_there_are_no_pages_of_passwords(client, name):
    assert client.get(reverse(name)).url == reverse("account_login")


def test_a_password_opens_nothing(client):
    user = make_user(password="a long enough one")
    assert user.check_password("a long enough one")

    client.post(reverse("account_login"), {"email": ADDRESS, "login": ADDRESS, "password": "a long enough one"})
    client.post("/admin/login/", {"username": "robin", "password": "a long enough one"})

    assert not is_signed_in(client)


def test_the_sign_in_page_gives_a_visitor_no_session(client):
    assert list(client.get(reverse("account_login")).cookies) == ["csrftoken"]


# ── The address ─────────────────────────────────────────────────────────────


def test_a_new_address_is_used_once_its_code_is_typed(client):
    client.force_login(make_user())

    asked = client.post(reverse("account_email"), {"email": "new@example.org", "action_add": "1"})
    assert asked.url == reverse("account_email_verification_sent")
    assert mail.outbox[-1].to == ["new@example.org"]
    client.post(asked.url, {"code": sent_code()})

    assert User.objects.get().email == "new@example.org"
    assert [row.email for row in EmailAddress.objects.all()] == ["new@example.org"]


def test_a_wrong_code_for_a_new_address_is_told_by_the_name_of_its_field(client):
    sign_in(client)
    client.post(reverse("account_email"), {"email": "new@example.org", "action_add": "1"})

    response = client.post(reverse("account_email_verification_sent"), {"code": "000000"})

    assert response.status_code == 422
    assert "The code from our message: That is not the code we sent." in words(response)


def test_who_asked_for_a_code_may_use_a_passkey_instead(client):
    make_user()
    ask(client)
    assert client.get(reverse("account_confirm_login_code")).status_code == 200

    options = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})

    assert options.json()["request_options"]["publicKey"]["challenge"]
    assert client.get(reverse("account_confirm_login_code")).status_code == 200


def test_an_address_of_somebody_else_is_not_told(client):
    make_user("taken@example.org")
    client.force_login(make_user())
    pages = []

    for address in ("taken@example.org", "free@example.org"):
        asked = client.post(reverse("account_email"), {"email": address, "action_add": "1"})
        pages.append((asked.status_code, words(client.get(asked.url)).replace(address, "…")))

    assert pages[0] == pages[1]


# ── The second step ─────────────────────────────────────────────────────────


@pytest.fixture
def curator() -> User:
    user = make_user("curator@example.org")
    CuratorRole.objects.create(user=user, is_for_everything=True)
    return user


@pytest.fixture
def guarded(settings):
    settings.STAFF_NEED_SECOND_STEP = True


def add_app(user: User) -> str:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def code_of(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


@pytest.mark.parametrize("path", ["/curate/", "/admin/", "/curate/anything/"])
def test_a_desk_opens_with_a_second_factor_alone(client, guarded, path):
    client.force_login(make_user(is_staff=True, is_superuser=True))

    response = client.get(path)

    assert response.url == f"/account/second-step/?next={path}"
    assert "Make a passkey" in words(client.get(response.url))


def test_a_curator_without_one_is_led_to_set_it_up(client, curator, guarded):
    client.force_login(curator)

    assert client.get("/curate/").url == "/account/second-step/?next=/curate/"


def test_somebody_without_a_role_is_not_asked(client, guarded):
    client.force_login(make_user())

    assert client.get("/curate/").status_code == 404


def test_the_picture_for_the_app_is_as_wide_as_its_page_makes_it(client, curator):
    client.force_login(curator)

    picture = str(client.get(reverse("mfa_activate_totp")).context["totp_svg"])

    assert picture.startswith('<svg viewBox="0 0 ')
    assert "width=" not in picture.split(">")[0]
    assert "style" not in picture


@pytest.mark.django_db(transaction=True)
def test_setting_up_an_app_opens_the_desk(client, guarded):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret

    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})

    assert response.url == reverse("mfa_view_recovery_codes")
    assert client.get("/admin/").status_code == 200
    assert mail.outbox[-1].subject == "Your account"


def test_a_wrong_code_of_the_app_sets_up_nothing(client):
    client.force_login(make_user())
    client.get(reverse("mfa_activate_totp"))

    response = client.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert response.status_code == 422
    assert not Authenticator.objects.exists()


def test_the_secret_of_an_app_is_encrypted(client):
    user = make_user()

    secret = add_app(user)

    kept = str(Authenticator.objects.get().data)
    assert secret not in kept
    assert Authenticator.objects.get().wrap().validate_code(code_of(secret))


def test_an_app_is_asked_for_after_the_code_by_mail(client, guarded):
    user = make_user(is_staff=True, is_superuser=True)
    secret = add_app(user)

    response = sign_in(client)
    assert (response.url, is_signed_in(client)) == (reverse("mfa_authenticate"), False)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert is_signed_in(client)
    assert client.get("/admin/").status_code == 200


def test_a_session_without_the_second_factor_is_asked_for_it(client, guarded):
    user = make_user(is_staff=True, is_superuser=True)
    secret = add_app(user)
    client.force_login(user)

    first = client.get("/admin/", follow=True)
    assert first.request["PATH_INFO"] == reverse("mfa_reauthenticate")
    response = client.post(reverse("mfa_reauthenticate"), {"code": code_of(secret), "next": "/admin/"})

    assert response.url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_codes_of_an_app_cannot_be_tried_for_ever(client):
    user = make_user()
    secret = add_app(user)
    sign_in(client)
    to = reverse("mfa_authenticate")
    right = code_of(secret)

    for _try in range(5):
        client.post(to, {"code": "000000" if right != "000000" else "111111"})
    response = client.post(to, {"code": right})

    assert response.status_code == 422
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "name",
    [
        "account", "account_email", "mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn",
        "account_second_step", "account_logout",
    ],
)  # fmt: skip
def test_pages_of_an_account_are_for_its_owner(client, name):
    stranger = client.get(reverse(name))
    assert stranger.status_code == 302

    client.force_login(make_user())

    assert client.get(reverse(name)).status_code == 200


# ── Keeping house ───────────────────────────────────────────────────────────


def test_secrets_of_an_app_move_to_a_new_key(settings):
    old, new = settings.CONTACT_KEYS[0], Fernet.generate_key().decode()
    secret = add_app(make_user())
    settings.CONTACT_KEYS = [new, old]

    call_command("rotate_contact_keys", verbosity=0)

    settings.CONTACT_KEYS = [new]
    assert Authenticator.objects.get().wrap().validate_code(code_of(secret))


def test_sessions_of_a_sign_in_nobody_finished_go(client):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        ask(client)
        forget_ended_sessions()
        assert Session.objects.count() == 1
        clock.shift(timedelta(minutes=16))

        forget_ended_sessions()

    assert not Session.objects.exists()


def test_the_first_admin_is_made_by_a_command(client):
    call_command("make_admin", "First@Example.org", verbosity=0)
    call_command("make_admin", "first@example.org", verbosity=0)

    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, True, False)
    sign_in(client, "first@example.org")
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("address", ["nobody", "robin@example.org"])
def test_what_cannot_be_an_admin_is_told(address):
    make_user(is_active=False)

    with pytest.raises(CommandError):
        call_command("make_admin", address)
