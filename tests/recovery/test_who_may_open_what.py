"""Every address of the desks refuses whoever it is not for. New addresses are found by themselves.

An address is filled from `FILLED`, by the name of each of its parts; one that cannot be filled
fails here until the table knows what to put in. Who it is for must be let in with the same
filling, so that no refusal is a mere "not found".
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from groups import access
from groups.enums import ReadingKind, ReadingState, Role
from groups.models import Claim, ContactRead, CuratorRole, FeedReading, Group, Source
from meetings import contacts
from meetings.enums import ContactKind, DecisionKind, ReportKind, SuggestionKind
from meetings.models import Decision, Report, SuggestedValue, Suggestion, Twins
from recovery import urls
from tests import factories
from tests.cast import Cast, make_cast
from tests.helpers import instant

pytestmark = pytest.mark.django_db

DESKS = ("host/", "curate/", "admin/")

# Leads to signing in or out, whoever presses.
OPEN = {"admin/login/", "admin/logout/"}

# Open to anybody signed in, who may say that they keep a group; an invitation's link is its key.
FOR_MEMBERS = {"host/claim/<slug>/", "host/invitation/<token>/"}

NOW = instant("2026-11-20 12:00")
DAY = timedelta(days=1)


def make_source(cast: Cast) -> Source:
    """Make a feed that the cast's curator keeps, beside the region."""
    source = factories.SourceFactory()
    CuratorRole.objects.create(user=cast.curator, source=source)
    return source


def make_claim(cast: Cast) -> str:
    return Claim.objects.create(group=cast.group, user=cast.host, made_at=NOW).public_id


def make_suggestion(cast: Cast) -> str:
    suggestion = Suggestion.objects.create(
        kind=SuggestionKind.CHANGE, group=cast.group, meeting=cast.meeting, sent_at=NOW, answer_by=NOW + DAY
    )
    SuggestedValue.objects.create(suggestion=suggestion, name="name", current="A", proposed="B")
    return suggestion.public_id


def make_decision(cast: Cast, user: User) -> str:
    group = cast.group
    return Decision.objects.create(
        kind=DecisionKind.values[0], subject=group.public_id, title="T", group=group, made_at=NOW, made_by=user,
        role=Role.CURATOR,
    ).public_id  # fmt: skip


def make_twins(cast: Cast) -> int:
    other = factories.MeetingFactory(group=cast.group)
    return Twins.objects.create(one=cast.meeting, other=other, likeness=90, found_at=NOW).pk


def make_report(cast: Cast) -> str:
    Report.objects.create(meeting=cast.meeting, kind=ReportKind.CLOSED, device_key="k", made_at=NOW)
    return cast.meeting.slug


def make_reading(cast: Cast) -> str:
    return FeedReading.objects.create(
        source=Source.objects.last(), kind=ReadingKind.PREVIEW, state=ReadingState.DONE, asked_at=NOW, ended_at=NOW
    ).public_id


# What stands for the parts of an address, by the word before them: about the cast's own group in
# Boston. Of two parts under one word, each is given by its own name.
Filling = Callable[[Cast], object]
FILLED: dict[str, Filling] = {
    # Django's admin
    "app_label": lambda cast: "groups",
    "object_id": lambda cast: cast.group.pk,
    "content_type_id": lambda cast: 1,
    "url": lambda cast: "no-such-table",
    "id": lambda cast: cast.member.pk,
    # Both desks
    "groups/slug": lambda cast: cast.group.slug,
    "meetings/slug": lambda cast: cast.meeting.slug,
    # The curators'
    "what": lambda cast: "group",
    "subject": lambda cast: cast.group.slug,
    "claims/public_id": make_claim,
    "decided/public_id": lambda cast: make_decision(cast, cast.curator),
    "places/public_id": lambda cast: cast.meeting.venue.public_id,
    "readings/public_id": make_reading,
    "reports/slug": make_report,
    "runs/run": lambda cast: factories.ImportRunFactory(source=Source.objects.last()).pk,
    "sources/slug": lambda cast: make_source(cast).slug,
    "suggestions/public_id": make_suggestion,
    "twins/pair": make_twins,
    # The hosts'
    "claims/claim": make_claim,
    "undo/decision": lambda cast: make_decision(cast, cast.host),
    "on": lambda cast: "2026-12-01",
    "part": lambda cast: "when",
}


# What is pressed where a press says which of several things it means.
PRESSED = {"curate/meetings/<slug>/do/": {"what": "confirm"}}


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
        words: list[str] = []
        for word in self.route.split("/"):
            part = word[1:-1] if word.startswith("<") else ""
            fill = FILLED.get(f"{words[-1]}/{part}") or FILLED.get(part) if part else None
            if part and fill is None:
                pytest.fail(f"say in FILLED what stands for <{part}> in {self.route}")
            words.append(str(fill(cast)) if fill else word)
        return "/" + "/".join(words)


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

    def refusals(self, name: str, address: str, pressed: dict[str, str] | None = None) -> set[str]:
        """Return how somebody is refused who opens an address and presses there; "" is not refused."""
        browser = self.browsers[name]
        return {refusal(browser.get(address)), refusal(browser.post(address, pressed or {}))}

    def let_in(self, address: str, names: list[str], pressed: dict[str, str] | None = None) -> list[str]:
        """Return who of them gets something out of the address."""
        found = {name: self.refusals(name, address, pressed) for name in names}
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
    "address",
    [address for address in ALL if address.desk != "admin" and address.route not in FOR_MEMBERS],
    ids=lambda address: address.route,
)
def test_an_address_of_a_desk_is_closed_to_everybody_else(cast, address):
    people = People(cast)
    owner = {"curate": "curator", "host": "host"}[address.desk]
    filled = address.filled(cast)

    pressed = PRESSED.get(address.route)

    let_in = people.let_in(filled, refused_here(address), pressed)

    assert let_in == []
    assert people.let_in(filled, [owner], pressed), "even the right person is refused: is it filled with what is there?"


@pytest.mark.parametrize("route", sorted(FOR_MEMBERS))
def test_what_is_for_members_is_closed_to_strangers(cast, route):
    assert Address(route) in ALL
    people = People(cast)

    way = people.refusals("stranger", "/" + re.sub("<.*>", cast.group.slug, route))

    assert way == {"sign in"}


def test_every_raw_table_is_closed_to_everybody_but_admins(cast):
    people = People(cast)
    tables = [address for address in ALL if address.desk == "admin"]
    assert people.let_in("/admin/", ["admin"])
    assert len(tables) > 80

    for name in ("stranger", "member", "host", "curator"):
        # Before anything is looked up: nothing of what is there is told.
        ways = {address.route: people.refusals(name, address.filled(cast)) for address in tables}
        assert {route: way for route, way in ways.items() if way != {"sign in"}} == {}, name


# ── Private contacts ────────────────────────────────────────────────────────

CONTACT = "keeper-of-the-key@example.org"


def test_no_page_of_staff_shows_a_contact_without_a_row(cast):
    sealed = contacts.sealed(ContactKind.EMAIL, CONTACT)
    make_suggestion(cast)
    factories.SourceFactory(owner_contact=sealed)
    Group.objects.update(contact=sealed)
    Suggestion.objects.update(contact=sealed, contact_key="k")
    admin = People(cast).browsers["admin"]
    shown, without_a_row = [], []

    for address in [address for address in ALL if address.desk in ("admin", "curate")]:
        if address.route.endswith("/delete/"):
            continue
        filled = about_first_row(address) or address.filled(cast)
        for press in (None, {"why": "The door is locked", **PRESSED.get(address.route, {})}):
            before = ContactRead.objects.count()
            response = admin.get(filled) if press is None else admin.post(filled, press)
            if not response.streaming and CONTACT.encode() in response.content:
                shown.append(address.route)
                if ContactRead.objects.count() == before:
                    without_a_row.append(address.route)

    assert shown == ["curate/contact/<what>/<subject>/"]
    assert without_a_row == []


def about_first_row(address: Address) -> str:
    """Return the address of the first row of a raw table, "" for other addresses."""
    words = address.route.split("/")
    if words[0] != "admin" or "<object_id>" not in words or words[1] == "r":
        return ""
    row = apps.get_model(words[1], words[2]).objects.first()
    return "/" + address.route.replace("<object_id>", str(row.pk if row else 0))


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
