"""Closing an account erases whose it was, and ends what it could do."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from groups import access
from groups.models import Claim, CuratorRole, HostRole
from tests import factories
from tests.cast import SINCE, make_curator, make_host

pytestmark = pytest.mark.django_db

ADDRESS = "robin@example.org"


@pytest.fixture
def host() -> User:
    user = make_host(factories.GroupFactory(name="Tuesday Group"))
    User.objects.filter(pk=user.pk).update(email=ADDRESS)
    EmailAddress.objects.create(user=user, email=ADDRESS, primary=True, verified=True)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "sealed"})
    CuratorRole.objects.create(user=user, is_for_everything=True)
    Claim.objects.create(group=factories.GroupFactory(), user=user, words=f"Write to {ADDRESS}", made_at=SINCE)
    user.refresh_from_db()
    return user


def test_nothing_in_the_database_names_the_address_of_a_closed_account(client, host):
    client.force_login(host)
    assert _tables_with(ADDRESS)

    response = client.post(reverse("account_close"))

    assert response.status_code == 302
    assert _tables_with(ADDRESS) == []


def test_a_closed_account_keeps_nothing_and_is_signed_in_nowhere(client, host):
    client.force_login(host)
    elsewhere = Client()
    elsewhere.force_login(host)

    client.post(reverse("account_close"))

    host.refresh_from_db()
    assert not host.is_active
    assert not access.groups_hosted_by(host).exists()
    assert not access.is_curator(host)
    assert not Authenticator.objects.filter(user=host).exists()
    assert HostRole.objects.get(user=host).ended_at is not None
    assert elsewhere.get(reverse("account")).status_code == 302


def test_the_page_names_groups_that_would_have_no_host_left(client, host):
    shared = factories.GroupFactory(name="Shared Group")
    HostRole.objects.create(group=shared, user=host, came_by="code", since=SINCE)
    HostRole.objects.create(group=shared, user=make_curator("other"), came_by="code", since=SINCE)
    client.force_login(host)

    page = client.get(reverse("account_close")).content.decode()

    assert "Tuesday Group" in page
    assert "Shared Group" not in page


def test_looking_at_the_page_closes_nothing(client, host):
    client.force_login(host)

    client.get(reverse("account_close"))

    host.refresh_from_db()
    assert host.is_active


def test_a_mail_server_that_is_down_is_told_and_what_was_typed_stays(client):
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1):
        response = client.post(reverse("account_login"), {"email": ADDRESS})

    assert response.status_code == 503
    assert "We cannot send mail at this moment" in response.content.decode()
    assert ADDRESS in response.content.decode()


def _tables_with(text: str) -> list[str]:
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE %s', [f"%{text}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    return found
