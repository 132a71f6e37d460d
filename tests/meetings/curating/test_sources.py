"""Feeds at the desk: added, previewed, decided, asked about; by curators of their part alone."""

# ruff: noqa: F811 (fixtures of another folder are named as arguments)

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from groups.enums import ImportOutcome, Role
from groups.models import Approach, FeedReading, Fellowship, ImportRun, Source
from meetings import contacts, listing_fields
from meetings.feeds import keeping, readings
from meetings.models import Meeting
from tests import factories
from tests.cast import make_curator, make_host
from tests.helpers import words
from tests.meetings.feeds.conftest import NOW, Feeds, catalogue, record  # noqa: F401

pytestmark = pytest.mark.usefixtures("catalogue")


@pytest.fixture
def feeds(tmp_path, catalogue) -> Feeds:
    return Feeds(tmp_path)


@pytest.fixture
def desk(client, db):
    client.force_login(make_curator())
    return client


@pytest.fixture
def rows(record):
    return lambda count=20: [record(f"m{n:02}", name=f"Meeting {n:02}", day=n % 7) for n in range(count)]


def a_file(records, name="list.json"):
    body = records if isinstance(records, bytes) else json.dumps(records).encode()
    return SimpleUploadedFile(name, body, content_type="application/json")


def add(desk, file, **more):
    entries = {"name": "Our list", "programme": "aa", "time_zone": "America/New_York", "refresh": ""} | more
    return desk.post(reverse("curate:source_new"), entries | ({"file": file} if file else {}))


def work() -> FeedReading:
    readings.work(now=NOW)
    return FeedReading.objects.first()


def page_of(reading) -> str:
    return reverse("curate:source_reading", args=[reading.source.slug, reading.public_id])


def test_a_file_is_added_seen_accepted_and_taken_back(desk, rows):
    answer = add(desk, a_file(rows()))
    assert answer.status_code == 303
    assert "Waiting for its turn" in words(desk.get(answer["Location"]))

    preview = work()
    shown = words(desk.get(answer["Location"]))
    assert "20 new" in shown
    assert "Meeting 07" in shown
    assert Meeting.objects.count() == 0

    accepted = desk.post(page_of(preview), {"decision": "accept"})
    work()
    assert "its changes are on the site" in words(desk.get(accepted["Location"]))
    assert Meeting.objects.public().count() == 20

    run = ImportRun.objects.get(outcome=ImportOutcome.DONE)
    back = desk.post(reverse("curate:source_run", args=["our-list", run.pk]))
    work()
    assert "was taken back" in words(desk.get(back["Location"]))
    assert Meeting.objects.count() == 0


def test_pressing_twice_loses_and_doubles_nothing(desk, rows):
    add(desk, a_file(rows()))
    preview = work()

    first = desk.post(page_of(preview), {"decision": "accept"})
    second = desk.post(page_of(preview), {"decision": "accept"})

    assert first["Location"] == second["Location"]
    assert FeedReading.objects.filter(kind="import").count() == 1


def test_adding_a_feed_twice_adds_it_once(desk, rows):
    first = add(desk, a_file(rows()))
    second = add(desk, a_file(rows()))
    other = add(desk, a_file(rows(), "other.json"))

    assert other.status_code == 422
    assert (second.status_code, second["Location"]) == (303, first["Location"])
    assert Source.objects.count() == 1
    assert FeedReading.objects.count() == 1


def test_a_file_sent_while_another_is_read_is_asked_for_again(desk, rows):
    add(desk, a_file(rows()))
    other = {"from_file": "yes", "file": a_file(rows(3), "other.json")}

    answer = desk.post(reverse("curate:source_read", args=["our-list"]), other)

    assert answer.status_code == 422
    assert "Another reading of this feed is at work." in words(answer)
    assert FeedReading.objects.count() == 1


def test_a_tenth_goes_only_with_a_tick(desk, rows, feeds):
    feeds.load(rows())
    answer = desk.post(reverse("curate:source_read", args=["our-list"]), {"from_file": "yes", "file": a_file(rows(17))})
    preview = work()
    assert "3 meetings would go" in words(desk.get(answer["Location"]))

    refused = desk.post(page_of(preview), {"decision": "accept"})
    assert refused.status_code == 422
    assert "Please tick" in words(refused)
    assert Meeting.objects.public().count() == 20

    desk.post(page_of(preview), {"decision": "accept", "let_go": "yes"})
    work()
    assert Meeting.objects.public().count() == 17


def test_changes_are_told_field_by_field_and_skipped_rows_with_their_reason(desk, feeds, record):
    feeds.load([record("a"), record("b", name="Other")])
    changed = [record("a", name="New Lanterns", time="18:30"), record("b", name="Other"), record("c", time="late")]
    desk.post(reverse("curate:source_read", args=["our-list"]), {"from_file": "yes", "file": a_file(changed)})
    preview = work()

    updated = words(desk.get(page_of(preview) + "?show=updated"))
    skipped = words(desk.get(page_of(preview) + "?show=skipped"))

    assert "Name of the meeting Tuesday Lanterns New Lanterns" in updated
    assert "Starts at 7 pm 6:30 pm" in updated
    assert "3 c" in skipped
    assert "time" in skipped


def test_refusing_leaves_everything_as_it_was(desk, rows):
    add(desk, a_file(rows()))
    preview = work()

    answer = desk.post(page_of(preview), {"decision": "refuse"})

    assert answer.status_code == 303
    assert "This was refused" in words(desk.get(page_of(preview)))
    assert Meeting.objects.count() == 0


def test_progress_comes_by_htmx_and_the_page_reloads_at_the_end(desk, rows):
    answer = add(desk, a_file(rows()))
    readings.note_progress(FeedReading.objects.get(), "Rows read: 1,000 …")

    part = desk.get(answer["Location"], HTTP_HX_REQUEST="true")
    work()
    end = desk.get(answer["Location"], HTTP_HX_REQUEST="true")

    assert "Rows read: 1,000" in words(part)
    assert "<html" not in part.content.decode()
    assert end["HX-Refresh"] == "true"


def test_a_reading_whose_worker_died_says_so_and_is_offered_again(desk, rows):
    add(desk, a_file(rows()))
    FeedReading.objects.update(state="running", started_at=NOW)
    reading = FeedReading.objects.get()

    assert "broke off, and nothing was changed" in words(desk.get(page_of(reading)))
    again = desk.post(page_of(reading), {"decision": "again"})
    work()

    assert "20 new" in words(desk.get(again["Location"]))


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"name": ""}, "required"),
        ({"address": "/etc/passwd", "without": "file"}, "Only addresses that begin with http"),
        ({"address": "https://me:secret@example.org/list", "without": "file"}, "leave name and password out"),
        ({"time_zone": "Boston"}, "not the name of a time zone"),
        ({"country": "Narnia"}, "do not know a country"),
        ({"programme": "sg"}, "say which approach"),
        ({"without": "file"}, "Give the address of the feed, or a file of it"),
    ],
    ids=["name", "a file of this machine", "password", "zone", "country", "approach", "nothing"],
)
def test_what_is_wrong_is_said_and_every_word_kept(desk, rows, entries, said):
    file = None if "without" in entries else a_file(rows())

    answer = add(desk, file, **{"owner_name": "The office", **entries})

    assert answer.status_code == 422
    assert said in words(answer)
    assert "The office" in answer.content.decode()
    assert not Source.objects.exists()


def test_a_file_that_is_too_large_is_refused(desk, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_SENT", 100)

    answer = add(desk, a_file(b"[" + b" " * 200 + b"]"))

    assert answer.status_code == 422
    assert "larger than" in words(answer)


def test_the_owners_address_is_kept_encrypted_and_never_shown(desk, rows):
    add(desk, a_file(rows()), owner_email="office@example.org")
    source = Source.objects.get()

    pages = [desk.get(reverse(f"curate:{name}", args=["our-list"])) for name in ("source", "source_edit")]

    assert contacts.address_of(source.owner_contact) == "office@example.org"
    assert all("address is kept" in words(page) for page in pages)
    assert all("office@example.org" not in page.content.decode() for page in pages)


def test_entries_are_changed_and_a_new_address_takes_the_place_of_the_old(desk, feeds, record):
    feeds.load([record()])
    url = reverse("curate:source_edit", args=["our-list"])
    entries = {"name": "Our list", "programme": "aa", "address": "https://example.org/list.json", "refresh": "86400",
               "is_active": "on", "owner_email": "new@example.org"}  # fmt: skip

    answer = desk.post(url, entries)

    source = Source.objects.get()
    assert answer.status_code == 303
    assert (source.address, source.refresh_every.days, source.is_active) == ("https://example.org/list.json", 1, True)
    assert contacts.address_of(source.owner_contact) == "new@example.org"


def test_why_a_row_is_there_or_not_is_told(desk, feeds, record):
    feeds.load([record("here"), record("late-one", time="late"), record("gone-one", name="Gone")])
    source = Source.objects.get()
    listing_fields.apply(
        Meeting.objects.get(source_key="gone-one"), {"state": "unlisted"}, by=None, role=Role.CURATOR, now=NOW
    )

    def told(asked):
        return words(desk.get(reverse("curate:source_rows", args=[source.slug]), {"q": asked}))

    assert "It is shown." in told("here")
    assert "this row was left out" in told("late-one")
    assert "A curator took it off the list" in told("gone-one")
    assert "No row of this feed holds these words." in told("nothing-like-it")


def test_a_conflict_is_decided_on_its_page(desk, feeds, record):
    feeds.load([record()])
    listing_fields.apply(
        Meeting.objects.select_related("group", "venue").get(), {"duration": 90}, by=None, role=Role.HOST, now=NOW
    )
    feeds.load([record(end_time="20:15")])
    url = reverse("curate:source_conflicts", args=["our-list"])
    assert "The feed says 75 minutes Here it says 90 minutes" in words(desk.get(url))
    about = f"{Meeting.objects.get().public_id} duration"

    answers = [desk.post(url, {"about": about, "choose": "theirs"}) for _press in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert Meeting.objects.get().duration.seconds == 75 * 60
    assert "Feed and listings agree" in words(desk.get(url))


@pytest.mark.parametrize("name", ["sources", "source", "source_conflicts"])
def test_a_list_costs_the_same_for_one_row_and_three(desk, feeds, record, name, django_assert_max_num_queries):
    url = reverse(f"curate:{name}", args=[] if name == "sources" else ["our-list"])
    feeds.load([record("a")])
    desk.get(url)

    kept = []

    def more(key):
        factories.SourceFactory()
        kept.append(record(key, name=key, day=3))
        feeds.load([record("a", notes=key), *kept])
        meeting = Meeting.objects.select_related("group", "venue").get(source_key=key)
        listing_fields.apply(meeting, {"notes": "Ours"}, by=None, role=Role.HOST, now=NOW)

    more("b")
    with django_assert_max_num_queries(35) as one:
        desk.get(url)
    more("c")
    more("d")

    with django_assert_max_num_queries(35) as three:
        desk.get(url)

    assert len(one) == len(three)


def test_only_curators_of_the_feed_get_to_it(client, feeds, record):
    feeds.load([record()])
    source = Source.objects.get()
    names = ["source", "source_edit", "source_conflicts", "source_rows"]
    urls = [reverse(f"curate:{name}", args=[source.slug]) for name in names]
    people = {
        "host": make_host(Meeting.objects.get().group),
        "elsewhere": make_curator("elsewhere", country="IE"),
        "region": make_curator("region", country="US", region="MA"),
    }
    ours = make_curator("ours", source=source)

    for url in urls:
        assert client.get(url).status_code == 302
    for person in people.values():
        client.force_login(person)
        assert [client.get(url).status_code for url in urls] == [404] * 4
        assert client.post(reverse("curate:source_read", args=[source.slug])).status_code == 404
    client.force_login(ours)
    assert [client.get(url).status_code for url in urls] == [200] * 4


def test_a_curator_adds_feeds_of_their_own_part_alone(client, rows):
    fellowship = Fellowship.objects.get(slug="na")
    client.force_login(make_curator(fellowship=fellowship))

    elsewhere = add(client, a_file(rows()))
    theirs = add(client, a_file(rows()), programme="na")

    assert (elsewhere.status_code, theirs.status_code) == (422, 303)
    assert "would not be in the part that you curate" in words(elsewhere)
    assert Source.objects.get().programme == "na"
    assert Approach.objects.exists()


def test_a_list_that_is_kept_here_is_not_one_that_waits_to_be_read(desk):
    Source.objects.create(slug="by-hand", name="Kept here")
    Source.objects.create(slug="added", name="Just added", address="https://new.example/meetings.json")

    page = desk.get(reverse("curate:sources"))

    assert {row["source"].slug: row["health"].condition for row in page.context["rows"]} == {
        "by-hand": "kept-here",
        "added": "new",
    }
    said = words(page)
    assert "Kept by hand" in said
    assert said.count("Nothing taken in yet") == said.count("never") == 1


def test_a_preview_that_is_looked_at_again_says_what_would_happen(desk, rows):
    add(desk, a_file(rows()))
    preview = work()
    assert preview.run.outcome == ImportOutcome.PREVIEW

    page = words(desk.get(reverse("curate:source_run", args=[preview.source.slug, preview.run_id])))

    assert "What would happen" in page
    assert "What happened" not in page
