"""Every address of the desks refuses whoever it is not for. New addresses are found by themselves.

An address is filled from `FILLED`, by the name of each of its parts; one that cannot be filled
fails here until the table knows what to put in. Who it is for must be let in with the same
filling, so that no refusal is a mere "not found".
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.utils import timezone

from groups import access
from groups.models import Claim, Group
from meetings.hosting import editing, roles
from recovery import urls
from tests.cast import SINCE, Cast, make_cast

pytestmark = pytest.mark.django_db

DESKS = ("host/", "curate/", "admin/")

# Leads to signing in or out, whoever presses.
OPEN = {"admin/login/", "admin/logout/"}

# What stands for each part of an address: about the cast's own group in Boston.
Filling = Callable[[Cast], object]
FILLED: dict[str, Filling] = {
    # Django's admin
    "app_label": lambda cast: "groups",
    "object_id": lambda cast: cast.group.pk,
    "content_type_id": lambda cast: 1,
    "url": lambda cast: "no-such-table",
    "id": lambda cast: cast.member.pk,
    # Private contacts
    "what": lambda cast: "group",
    "subject": lambda cast: cast.group.slug,
    # Pages of hosts
    "slug": lambda cast: cast.group.slug,
    "token": lambda cast: invitation_to(cast),
    "decision": lambda cast: change_of(cast),
    "part": lambda cast: "when",
    "on": lambda cast: next_tuesday(cast),
}
# Where a part means something else under an address: (how it begins, the part).
FILLED_AT: dict[tuple[str, str], Filling] = {
    ("host/meetings/", "slug"): lambda cast: cast.meeting.slug,
    ("host/claims/", "claim"): lambda cast: open_claim(cast.host, cast.other_group),
}

# Anybody signed in may say that they keep a group, or open an invitation that somebody gave them.
FOR_MEMBERS = {"host/claim/<slug>/", "host/invitation/<token>/"}


def open_claim(user: User, group: Group) -> str:
    claim, _made = Claim.objects.get_or_create(group=group, user=user, defaults={"made_at": SINCE})
    return claim.public_id


def change_of(cast: Cast) -> str:
    made = editing.change(cast.group, {"group_website": "https://a.example/"}, by=cast.host, now=timezone.now())
    if made is None:
        made = editing.change(cast.group, {"group_website": ""}, by=cast.host, now=timezone.now())
    return made.public_id


def invitation_to(cast: Cast) -> str:
    roles.invite(cast.group, by=cast.host, now=timezone.now(), press="one")
    return roles.secret_of(cast.group, cast.host, "one", now=timezone.now())


def next_tuesday(_cast: Cast) -> date:
    today = timezone.now().date()
    return today + timedelta(days=(1 - today.weekday()) % 7 or 7)


@dataclass(frozen=True)
class Address:
    """`route` with its parts by name, such as `curate/contact/<what>/<subject>/`."""

    route: str

    @property
    def parts(self) -> list[str]:
        return re.findall(r"<(\w+)>", self.route)

    @property
    def desk(self) -> str:
        return self.route.partition("/")[0]

    def filled(self, cast: Cast) -> str:
        route = self.route
        for part in self.parts:
            there = (fill for (begins, name), fill in FILLED_AT.items() if name == part and route.startswith(begins))
            fill = next(there, FILLED.get(part))
            if fill is None:
                pytest.fail(f"say in FILLED what stands for <{part}> in {self.route}")
            route = route.replace(f"<{part}>", str(fill(cast)))
        return f"/{route}"


def addresses(patterns: list | None = None, prefix: str = "") -> Iterator[Address]:
    """Yield every address of the desks, from the table of URLs."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + plain(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and route.startswith(DESKS):
            yield Address(route)


def plain(pattern: str) -> str:
    """Return a part of a route with its parameters as `<name>`."""
    pattern = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern)
    return re.sub(r"<\w+:(\w+)>", r"<\1>", pattern).strip("^$").removesuffix(r"\Z").replace("\\", "")


ALL = sorted(set(addresses()) - {Address(route) for route in OPEN}, key=lambda address: address.route)


class People:
    """Browsers of the cast and of a stranger, signed in once."""

    def __init__(self, cast: Cast) -> None:
        self.browsers = {"stranger": Client()}
        for name in ("member", "host", "host_elsewhere", "curator", "curator_elsewhere", "admin"):
            self.browsers[name] = Client()
            self.browsers[name].force_login(getattr(cast, name))

    def refusals(self, name: str, address: str) -> set[str]:
        """Return how somebody is refused who opens an address and presses there; "" is not refused."""
        browser = self.browsers[name]
        return {refusal(browser.get(address)), refusal(browser.post(address))}

    def let_in(self, address: str, names: list[str]) -> list[str]:
        """Return who of them gets something out of the address."""
        found = {name: self.refusals(name, address) for name in names}
        return [name for name, ways in found.items() if "" in ways or ways == {"wrong method"}]


def refusal(response: HttpResponse) -> str:
    if response.status_code == 302 and response.url.startswith(("/account/login/?next=", "/admin/login/?next=")):
        return "sign in"
    return {403: "forbidden", 404: "not there", 405: "wrong method"}.get(response.status_code, "")


def refused_here(address: Address) -> list[str]:
    """Return who must not be let in."""
    if address.desk == "curate":
        # A curator elsewhere has a desk too, but nothing on it is of Boston.
        return ["stranger", "member", "host", "host_elsewhere", *(["curator_elsewhere"] if address.parts else [])]
    if address.route in FOR_MEMBERS:
        return ["stranger"]
    # Anybody signed in may look what they host.
    return ["stranger", *(["member", "host_elsewhere", "curator_elsewhere"] if address.parts else [])]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.parametrize(
    "address", [address for address in ALL if address.desk != "admin"], ids=lambda address: address.route
)
def test_an_address_of_a_desk_is_closed_to_everybody_else(cast, address):
    people = People(cast)
    owner = {"curate": "curator", "host": "host"}[address.desk]
    filled = address.filled(cast)
    assert people.let_in(filled, [owner]), "even the right person is refused: is it filled with what is there?"

    assert people.let_in(filled, refused_here(address)) == []


def test_every_raw_table_is_closed_to_everybody_but_admins(cast):
    people = People(cast)
    tables = [address for address in ALL if address.desk == "admin"]
    assert people.let_in("/admin/", ["admin"])
    assert len(tables) > 80

    for name in ("stranger", "member", "host", "curator"):
        # Before anything is looked up: nothing of what is there is told.
        ways = {address.route: people.refusals(name, address.filled(cast)) for address in tables}
        assert {route: way for route, way in ways.items() if way != {"sign in"}} == {}, name


# ── The walk would see an open door ─────────────────────────────────────────


def unguarded(request, **parts) -> HttpResponse:
    return HttpResponse("in")


@access.for_curators
def guarded_by_role_alone(request, **parts) -> HttpResponse:
    return HttpResponse("in")


class DoorsLeftOpen:
    urlpatterns = [
        *urls.urlpatterns,
        path("curate/open/<slug:subject>/", unguarded),
        path("curate/any-curator/<slug:subject>/", guarded_by_role_alone),
        path("host/open/<slug:subject>/", unguarded),
    ]


@pytest.mark.parametrize(
    ("route", "who"),
    [
        ("curate/open/<subject>/", ["stranger", "member", "host", "host_elsewhere", "curator_elsewhere"]),
        ("curate/any-curator/<subject>/", ["curator_elsewhere"]),
        ("host/open/<subject>/", ["stranger", "member", "host_elsewhere", "curator_elsewhere"]),
    ],
)
def test_a_door_left_open_is_seen(cast, settings, route, who):
    settings.ROOT_URLCONF = DoorsLeftOpen
    found = {address.route: address for address in addresses()}

    assert People(cast).let_in(found[route].filled(cast), refused_here(found[route])) == who


def test_an_address_that_cannot_be_filled_is_seen(cast):
    with pytest.raises(pytest.fail.Exception, match="what stands for <unheard_of>"):
        Address("host/<unheard_of>/").filled(cast)
