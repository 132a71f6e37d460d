"""How long signing in takes to answer tells nobody whether an address has an account."""

from statistics import median
from time import perf_counter

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from recovery.accounts import signing_in
from tests.faults.test_same_timing import GOES, SAME, TRIES
from tests.helpers import fill_buckets


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_address_with_an_account_is_answered_as_fast_as_one_without(client):
    for number in range(TRIES):
        signing_in.open_account(f"known{number}@example.org")
    assert User.objects.count() == TRIES

    def seconds(address: str) -> float:
        client.cookies.clear()
        fill_buckets()
        begun = perf_counter()
        answer = client.post(reverse("account_login"), {"email": address})
        taken = perf_counter() - begun
        assert answer["Location"] == reverse("account_confirm_login_code")
        return taken

    for number in range(5):
        seconds(f"known{number}@example.org")
        seconds(f"new{number}@example.org")
    ratios = []
    for _go in range(GOES):
        pairs = [(seconds(f"new{n}@example.org"), seconds(f"known{n}@example.org")) for n in range(TRIES)]
        ratios.append(median(known for _new, known in pairs) / median(new for new, _known in pairs))
        if abs(ratios[-1] - 1) <= SAME:
            break

    assert abs(ratios[-1] - 1) <= SAME, ratios
