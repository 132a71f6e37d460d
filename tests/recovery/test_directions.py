"""Pages that run from right to left: a name in Latin letters is read as it is written, wherever it stands."""

from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groups.enums import ListingState
from groups.models import Group
from meetings.finder import index
from meetings.models import Meeting, Venue
from tests.cast import make_cast
from tests.factories import ApproachFactory, FellowshipFactory, MeetingFactory, SourceFactory

# The number at its start and the bracket at its end would go to the other side among Arabic letters.
NAME = "12 Chairs (No. 3)"
_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
# What is not seen as a line: heard, or shown by the browser itself.
_NOT_LOOKED_AT = {"title", "script", "style", "template", "option", "textarea"}
# Names whose style keeps them apart; see static/css/components/direction.css.
_BY_STYLE = {"compare-whose", "print-address"}
_OPENS, _OPENS_RIGHT, _CLOSES = "\u2068", "\u2067", "\u2069"


class _Names(HTMLParser):
    """Finds the name in a page: how often it stands apart from the text around it, and where it does not."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.apart = 0
        self.mixed: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in _VOID:
            self.stack.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if NAME not in data or any(tag in _NOT_LOOKED_AT or "for-ears" in _classes(one) for tag, one in self.stack):
            return
        before = data[: data.index(NAME)]
        is_isolated = before.count(_OPENS) + before.count(_OPENS_RIGHT) > before.count(_CLOSES)
        if is_isolated or self._is_title() or any(_is_apart(*one) for one in self.stack):
            self.apart += 1
        else:
            self.mixed.append(" > ".join(tag for tag, _attrs in self.stack[-4:]) + f": {data.strip()}")

    def _is_title(self) -> bool:
        return any("meeting-name" in _classes(attrs) for _tag, attrs in self.stack[-2:])


def _classes(attrs: dict[str, str | None]) -> list[str]:
    return (attrs.get("class") or "").split()


def _is_apart(tag: str, attrs: dict[str, str | None]) -> bool:
    return tag == "bdi" or attrs.get("dir") in ("auto", "ltr") or not _BY_STYLE.isdisjoint(_classes(attrs))


@pytest.fixture
def cast(db, settings):
    settings.STAFF_NEED_SECOND_STEP = False
    cast = make_cast()
    source = SourceFactory(name=NAME)
    MeetingFactory(slug="second", group=cast.group, venue=cast.meeting.venue, source=source)
    MeetingFactory(slug="waiting", group=cast.group, state=ListingState.DRAFT)
    for model in (Group, Meeting, Venue):
        model.objects.update(name=NAME)
    Meeting.objects.filter(slug="second").update(name=f"{NAME} B")
    index.refresh(None, now=timezone.now())
    return cast


PUBLIC = [
    reverse("meetings:meeting_list"),
    reverse("meetings:meeting_list") + "?view=map",
    reverse("meetings:meeting_detail", args=["boston"]),
    reverse("meetings:report", args=["boston"]),
    reverse("meetings:suggest_change", args=["boston"]),
    reverse("groups:group_list"),
    reverse("groups:group_detail", args=["boston-group"]),
]
HOSTS = [
    reverse("host:home"),
    reverse("host:group", args=["boston-group"]),
    reverse("host:meeting", args=["boston"]),
    reverse("account"),
]
CURATORS = [
    reverse("curate:listing_table"),
    reverse("curate:meeting", args=["boston"]),
    reverse("curate:meeting", args=["second"]),
    reverse("curate:venue_list"),
]


@pytest.mark.parametrize(
    ("who", "address"),
    [*(("", one) for one in PUBLIC), *(("host", one) for one in HOSTS), *(("curator", one) for one in CURATORS)],
)
def test_a_name_keeps_its_order_on_a_page_from_right_to_left(cast, who, address):
    client = Client(headers={"Accept-Language": "ar"})
    if who:
        client.force_login(getattr(cast, who))

    response = client.get(address)

    assert response.status_code == 200
    html = response.content.decode()
    assert 'dir="rtl"' in html
    names = _Names()
    names.feed(html)
    assert names.mixed == []
    assert names.apart > 0


def test_a_name_of_both_letters_is_read_from_the_right_on_the_way_to_a_page(db):
    approach = ApproachFactory(name="Al-Anon, Nar-Anon and other family fellowships")
    fellowship = FellowshipFactory(approach=approach)

    html = Client(headers={"Accept-Language": "ar"}).get(fellowship.get_absolute_url()).content.decode()

    way = html.partition('class="breadcrumbs"')[2].partition("</nav>")[0]
    assert f"{_OPENS_RIGHT}Al-Anon و" in way


def test_a_name_among_other_letters_is_noticed():
    names = _Names()

    names.feed(f"<p>مع {NAME}</p><p>مع {_OPENS}{NAME}{_CLOSES}</p><title>{NAME}</title>")

    assert names.mixed == [f"p: مع {NAME}"]
    assert names.apart == 1


def test_in_english_a_name_stands_there_without_marks(cast):
    html = Client().get(PUBLIC[2]).content.decode()

    assert NAME in html
    assert _OPENS not in html
