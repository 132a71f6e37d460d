"""The pages by which anybody speaks of listings, and what the pages of listings say of it."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from groups.enums import FeedFormat, Role
from meetings import confirmations, reports, suggestion_forms, tokens
from meetings.enums import ConfirmedHow, LinkPurpose, ReportKind, SuggestionKind, SuggestionState
from meetings.models import Meeting, PrivateLink, Report, Suggestion
from meetings.rsvp_forms import stamp
from tests.factories import ApproachFactory, MeetingFactory, SourceFactory
from tests.helpers import give_trait, words

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


def filled_in(form, now, **typed):
    """Return what a browser would send of a form that was shown five seconds ago."""
    data = QueryDict(mutable=True)
    for field in form:
        value = typed.get(field.name, field.value())
        if value is None or value is False:
            continue
        if isinstance(value, list | tuple):
            data.setlist(field.name, [str(each) for each in value])
        else:
            data[field.name] = "on" if value is True else str(value)
    data["shown"] = stamp(now=now - timedelta(seconds=5))
    return data


def sent(client, address, data, *, browser="Firefox", network="203.0.113.7"):
    return client.post(
        address,
        data.urlencode(),
        content_type="application/x-www-form-urlencoded",
        REMOTE_ADDR=network,
        HTTP_USER_AGENT=browser,
    )


def change_of(meeting, now, **typed):
    meeting = Meeting.objects.select_related("group", "venue").get(pk=meeting.pk)
    form = suggestion_forms.ChangeListingForm(now=now, listing=meeting, has_others=True)
    return filled_in(form, now, **typed)


def report_of(kind=ReportKind.NOBODY_THERE, **typed):
    data = QueryDict(mutable=True)
    data.update({"kind": kind, "shown": stamp(now=timezone.now() - timedelta(seconds=5)), **typed})
    return data


# ── Changes ─────────────────────────────────────────────────────────────────


def test_the_form_of_a_change_is_filled_in_with_what_is_known(client):
    meeting = MeetingFactory(slug="candlelight", notes="Bring a cup")

    response = client.get("/suggest/candlelight/")

    assert response.status_code == 200
    assert "Bring a cup" in response.content.decode()
    assert response.headers["X-Robots-Tag"].startswith("noindex")
    assert not response.cookies
    assert Suggestion.objects.count() == 0
    assert meeting.name in words(response)


def test_a_change_is_kept_and_can_be_followed(client, now):
    meeting = MeetingFactory(slug="candlelight")

    answer = sent(client, "/suggest/candlelight/", change_of(meeting, now, duration="90", words="I was there"))
    page = client.get(answer.headers["Location"])

    made = Suggestion.objects.get()
    assert answer.status_code == 303
    assert {row.name: row.proposed for row in made.values.all()} == {"duration": 90}
    assert (made.kind, made.meeting, made.words) == (SuggestionKind.CHANGE, meeting, "I was there")
    text = words(page)
    assert "60 minutes" in text
    assert "90 minutes" in text
    assert "I was there" in text
    assert "Waiting for somebody to look at it" in text


def test_pressing_twice_is_one_suggestion(client, now):
    meeting = MeetingFactory(slug="candlelight")
    data = change_of(meeting, now, duration="90")

    first, again = (sent(client, "/suggest/candlelight/", data) for _press in range(2))

    assert (first.status_code, again.status_code) == (303, 303)
    assert Suggestion.objects.count() == 1
    assert client.get(first.headers["Location"]).status_code == 200
    assert client.get(again.headers["Location"]).status_code == 200


def test_a_wrong_field_brings_the_form_back_with_every_word(client, now):
    meeting = MeetingFactory(slug="candlelight")

    response = sent(
        client,
        "/suggest/candlelight/",
        change_of(meeting, now, duration="0", notes="Now with tea", words="I was there", email="ana@example.org"),
    )

    body = response.content.decode()
    assert response.status_code == 422
    assert all(typed in body for typed in ("Now with tea", "I was there", "ana@example.org"))
    assert Suggestion.objects.count() == 0


def test_nothing_changed_and_nothing_said_is_asked_about(client, now):
    meeting = MeetingFactory(slug="candlelight")

    response = sent(client, "/suggest/candlelight/", change_of(meeting, now))

    assert response.status_code == 422
    assert "Nothing is different yet." in words(response)


def test_a_door_in_the_street_is_asked_about_once(client, now):
    meeting = MeetingFactory(slug="candlelight")
    data = change_of(meeting, now, venue_street="1 Oak Street, back door")

    asked = sent(client, "/suggest/candlelight/", data)
    data["street_kept"] = "1 Oak Street, back door"
    kept = sent(client, "/suggest/candlelight/", data)

    assert asked.status_code == 422
    assert "“back door” tells the way to a door" in words(asked)
    assert 'value="1 Oak Street, back door"' in asked.content.decode()
    assert kept.status_code == 303


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [("closed", "state", "gone"), ("paused", "state", "paused")],
)
def test_a_closing_is_kept_and_asks_nothing_of_the_rest(client, now, kind, field, value):
    meeting = MeetingFactory(slug="candlelight")

    answer = sent(client, "/suggest/candlelight/", change_of(meeting, now, kind=kind, duration="0"))

    made = Suggestion.objects.get()
    assert answer.status_code == 303
    assert {row.name: row.proposed for row in made.values.all()} == {field: value}
    assert made.meeting == meeting


def test_a_whole_group_can_be_said_to_have_closed(client, now):
    meeting = MeetingFactory(slug="candlelight")
    MeetingFactory(group=meeting.group)

    sent(client, "/suggest/candlelight/", change_of(meeting, now, kind="closed", is_whole_group="on"))

    made = Suggestion.objects.get()
    assert (made.meeting, made.group) == (None, meeting.group)
    assert made.values.get().proposed == "gone"


def test_secret_details_are_neither_shown_nor_told_on_the_way(client, now):
    meeting = MeetingFactory(slug="candlelight", is_online=True, join_visibility="coming", join_passcode="rose-17")
    open_one = MeetingFactory(slug="open", is_online=True, join_passcode="lily-4")

    form = client.get("/suggest/candlelight/").content.decode()
    answer = sent(client, "/suggest/candlelight/", change_of(meeting, now, join_passcode="tulip-9"))
    page = client.get(answer.headers["Location"]).content.decode()

    assert "lily-4" in client.get(f"/suggest/{open_one.slug}/").content.decode()
    assert "rose-17" not in form
    assert "rose-17" not in page
    assert "tulip-9" in page


def test_a_machine_is_refused_and_a_page_of_another_site_too(client, now):
    meeting = MeetingFactory(slug="candlelight")
    data = change_of(meeting, now, duration="90", website="https://spam.example")

    machine = sent(client, "/suggest/candlelight/", data)
    other_site = client.post("/suggest/candlelight/", {}, HTTP_ORIGIN="https://evil.example")

    assert (machine.status_code, other_site.status_code) == (400, 403)
    assert Suggestion.objects.count() == 0


def test_one_device_says_so_much_a_day_and_is_told_kindly(client, now):
    meeting = MeetingFactory(slug="candlelight")

    answers = [
        sent(client, "/suggest/candlelight/", change_of(meeting, now, words=f"No. {number}")).status_code
        for number in range(12)
    ]
    somebody_else = sent(client, "/suggest/candlelight/", change_of(meeting, now, words="Hello"), browser="Safari")

    assert answers == [303] * 10 + [429] * 2
    assert somebody_else.status_code == 303


def test_a_suggestion_can_be_taken_back_on_its_page_and_nowhere_else(client, now):
    meeting = MeetingFactory(slug="candlelight")
    answer = sent(client, "/suggest/candlelight/", change_of(meeting, now, duration="90"))
    page = answer.headers["Location"].partition("?")[0]

    client.get(page)
    looked_at = Suggestion.objects.get().state
    taken_back = client.post(page, {"action": "withdraw"})
    again = client.post(page, {"action": "withdraw"})

    assert looked_at == SuggestionState.OPEN
    assert (taken_back.status_code, again.status_code) == (303, 303)
    assert Suggestion.objects.get().state == SuggestionState.WITHDRAWN
    assert "Take it back" not in words(client.get(page))


def test_the_page_of_a_suggestion_tells_each_verdict_and_its_reason(client, now):
    from meetings import suggestions

    meeting = MeetingFactory()
    made = suggestions.send(SuggestionKind.CHANGE, {"duration": 90, "name": "Dawn"}, now=now, meeting=meeting)
    secret = tokens.issue(LinkPurpose.SUGGESTION, now=now, suggestion=made)
    suggestions.decide(
        made, {"duration": "accepted", "name": ("refused", "The group says no.")}, by=None, role=Role.CURATOR, now=now,
        answer="Thank you for looking.",
    )  # fmt: skip

    text = words(client.get(f"/suggestion/{secret}/"))

    assert "Accepted in part" in text
    assert "Not accepted The group says no." in text
    assert "Thank you for looking." in text


def test_a_link_that_nobody_has_opens_nothing(client):
    for address in ("/suggestion/nobodyhasthis/", "/still-true/nobodyhasthis/"):
        assert client.get(address).status_code == 404


# ── New groups ──────────────────────────────────────────────────────────────


def test_a_new_group_is_proposed_without_an_account(client, now):
    approach = ApproachFactory(name="Quiet Way")
    form = suggestion_forms.NewListingForm(now=now)
    typed = {
        "group_name": "Harbor Lights",
        "group_approach": approach.slug,
        "rrule_weekdays": ["0"],
        "start_time": "20:00",
        "time_zone": "Europe/Dublin",
        "in_person": "none",
        "online": "open",
        "join_url": "https://zoom.us/j/555",
        "email": "ana@example.org",
    }

    page = client.get("/suggest/")
    answer = sent(client, "/suggest/", filled_in(form, now, **typed))
    followed = words(client.get(answer.headers["Location"]))

    made = Suggestion.objects.get()
    proposed = {row.name: row.proposed for row in made.values.all()}
    assert page.status_code == 200
    assert (made.kind, made.group, made.contact is not None) == (SuggestionKind.NEW, None, True)
    assert proposed["rrule"] == "FREQ=WEEKLY;BYDAY=MO"
    assert proposed["group_name"] == "Harbor Lights"
    assert "A new group: Harbor Lights" in followed
    assert "Quiet Way" in followed
    assert Meeting.objects.count() == 0


def test_an_approach_is_offered_and_told_in_the_readers_language(client, now):
    approach = ApproachFactory(name="12-Step Programs")
    typed = {"group_name": "Harbor Lights", "group_approach": approach.slug, "rrule_weekdays": ["0"]}
    typed |= {"start_time": "20:00", "time_zone": "Europe/Dublin", "in_person": "none", "online": "open"}
    answer = sent(client, "/suggest/", filled_in(suggestion_forms.NewListingForm(now=now), now, **typed))

    addresses = ["/suggest/", answer.headers["Location"]]
    pages = [client.get(address, headers={"Accept-Language": "ar"}).content.decode() for address in addresses]

    for page in pages:
        assert "برامج الخطوات الاثنتي عشرة" in page
        assert "12-Step Programs" not in page


@pytest.mark.parametrize(
    ("without", "says"),
    [
        ("group_name", "This field is required."),
        ("start_time", "A meeting with days or a date needs the time it starts."),
        ("time_zone", "Which time zone is that?"),
        ("online", "How do people take part?"),
    ],
)
def test_a_new_group_needs_a_little(client, now, without, says):
    approach = ApproachFactory()
    typed = {
        "group_name": "Harbor Lights",
        "group_approach": approach.slug,
        "rrule_weekdays": ["0"],
        "start_time": "20:00",
        "time_zone": "Europe/Dublin",
        "in_person": "none",
        "online": "open",
    }
    typed[without] = "none" if without == "online" else ""

    response = sent(client, "/suggest/", filled_in(suggestion_forms.NewListingForm(now=now), now, **typed))

    assert response.status_code == 422
    assert says in words(response)


@pytest.mark.parametrize("count", [1, 3])
def test_the_forms_cost_the_same_for_one_trait_and_three(client, django_assert_num_queries, count):
    meeting = MeetingFactory(slug="candlelight")
    for number in range(count):
        give_trait(meeting, f"trait-{number}")
        MeetingFactory(group=meeting.group)

    with django_assert_num_queries(7):
        response = client.get("/suggest/candlelight/")

    assert response.status_code == 200


# ── Reports ─────────────────────────────────────────────────────────────────


def test_a_report_is_taken_and_the_reader_is_led_on(client):
    meeting = MeetingFactory(slug="candlelight")
    asked = client.get("/suggest/candlelight/report/")

    answer = sent(client, "/suggest/candlelight/report/", report_of(words="The door was locked"))
    thanks = words(client.get(answer.headers["Location"]))

    made = Report.objects.get()
    assert asked.status_code == 200
    assert (answer.status_code, made.meeting, made.kind) == (303, meeting, ReportKind.NOBODY_THERE)
    assert made.words == "The door was locked"
    assert "Thank you. It is noted." in thanks
    assert "Find a meeting that starts soon" in thanks


def test_a_report_without_a_kind_comes_back(client):
    MeetingFactory(slug="candlelight")

    response = sent(client, "/suggest/candlelight/report/", report_of("", words="The door was locked"))

    assert response.status_code == 422
    assert "The door was locked" in response.content.decode()


def test_a_report_names_one_of_the_last_dates(client, now):
    meeting = MeetingFactory(slug="candlelight")
    form = suggestion_forms.ReportForm(now=now, meeting=meeting)
    dates = [value for value, _label in form.fields["original_on"].choices if value]

    sent(client, "/suggest/candlelight/report/", report_of(original_on=dates[0]))
    wrong = sent(client, "/suggest/candlelight/report/", report_of(original_on="1999-01-01"))

    assert len(dates) == 5
    assert Report.objects.get().original_on.isoformat() == dates[0]
    assert wrong.status_code == 422


def report_twice(client, meeting, kind=ReportKind.NOBODY_THERE):
    address = f"/suggest/{meeting.slug}/report/"
    assert sent(client, address, report_of(kind)).status_code == 303
    assert sent(client, address, report_of(kind), browser="Safari", network="198.51.100.7").status_code == 303


def test_one_report_is_mentioned_on_the_page_and_hides_nothing(client):
    meeting = MeetingFactory(slug="candlelight", is_online=True)

    sent(client, "/suggest/candlelight/report/", report_of())
    page = client.get("/meetings/candlelight/")

    assert "One person found nobody there" in words(page)
    assert meeting.join_url in page.content.decode()


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (ReportKind.NOBODY_THERE, "People report that nobody was there"),
        (ReportKind.WRONG_LINK, "People report that the way in does not work"),
        (ReportKind.CLOSED, "People report that it has closed"),
    ],
)
def test_two_reports_warn_on_the_page_and_hide_the_way_in_everywhere(client, now, kind, says):
    meeting = MeetingFactory(slug="candlelight", is_hybrid=True, notes="Zoom https://zoom.us/j/999")
    before = client.get("/meetings/candlelight/").content.decode()
    calendar_before = client.get("/feeds/meetings/candlelight.ics").content.decode()

    report_twice(client, meeting, kind)

    page = client.get("/meetings/candlelight/")
    calendar = client.get("/feeds/meetings/candlelight.ics").content.decode()
    pressed = client.post("/meetings/candlelight/join/")
    assert meeting.join_url in before
    assert "zoom.us" in calendar_before
    assert says in words(page)
    assert "People report that nobody was there. Please ask before you go." in words(page)
    assert "zoom.us" not in page.content.decode()
    assert "zoom.us" not in calendar
    assert "zoom.us" not in pressed.content.decode()
    assert "12 Maple Street" in words(page)


def test_a_calendar_that_was_fetched_before_learns_of_the_doubt(client, now):
    meeting = MeetingFactory(slug="candlelight", is_online=True)
    before = meeting.calendar_revisions.count()

    report_twice(client, meeting)

    assert before == 0
    assert meeting.calendar_revisions.count() == 1


def test_an_answer_shows_the_way_in_again(client, now):
    meeting = MeetingFactory(slug="candlelight", is_online=True)
    report_twice(client, meeting)
    hidden = meeting.join_url not in client.get("/meetings/candlelight/").content.decode()

    reports.answer(meeting, role=Role.HOST, how=ConfirmedHow.ON_PAGE, now=now)

    page = client.get("/meetings/candlelight/")
    assert hidden
    assert meeting.join_url in page.content.decode()
    assert "Confirmed by the group today" in words(page)


def test_one_device_reports_so_much_a_day(client):
    MeetingFactory(slug="candlelight")

    answers = [
        sent(client, "/suggest/candlelight/report/", report_of(words=f"No. {number}")).status_code
        for number in range(6)
    ]

    assert answers == [303] * 5 + [429]
    assert Report.objects.count() == 1


# ── Still true ──────────────────────────────────────────────────────────────


def link_of(group, now):
    return f"/still-true/{tokens.issue(LinkPurpose.STILL_TRUE, now=now, group=group)}/"


def test_opening_the_link_changes_nothing_and_one_press_confirms_all(client, now):
    one = MeetingFactory(name="Dawn")
    other = MeetingFactory(name="Dusk", group=one.group)
    link = link_of(one.group, now)

    opened = client.get(link)
    after_opening = Meeting.objects.exclude(confirmed_at=None).count()
    answer = client.post(link, {f"meeting-{one.public_id}": "true", f"meeting-{other.public_id}": "true"})

    assert opened.status_code == 200
    assert ("Dawn" in words(opened), "Dusk" in words(opened)) == (True, True)
    assert after_opening == 0
    assert answer.status_code == 303
    assert Meeting.objects.filter(confirmed_by=Role.HOST).count() == 2
    assert one.confirmations.get().how == ConfirmedHow.BY_MAIL
    assert "Thank you. It is noted." in words(client.get(answer.headers["Location"]))


def test_each_meeting_is_answered_by_itself(client, now):
    one = MeetingFactory(slug="dawn", name="Dawn")
    other = MeetingFactory(slug="dusk", name="Dusk", group=one.group)
    third = MeetingFactory(name="Noon", group=one.group)

    answer = client.post(
        link_of(one.group, now),
        {f"meeting-{one.public_id}": "changed", f"meeting-{other.public_id}": "stopped"},
    )
    thanks = client.get(answer.headers["Location"])

    states = {row.name: (row.state, row.confirmed_at) for row in Meeting.objects.all()}
    assert states == {"Dawn": ("public", None), "Dusk": ("paused", None), "Noon": ("public", None)}
    assert "/suggest/dawn/" in thanks.content.decode()
    assert third.confirmations.count() == 0


def test_the_page_shows_what_was_reported_and_one_press_answers_it(client, now):
    meeting = MeetingFactory(is_online=True)
    reports.send(meeting, "nobody-there", now=now, device="a" * 32, words="We waited an hour")
    reports.send(meeting, "nobody-there", now=now, device="b" * 32)
    link = link_of(meeting.group, now)

    opened = words(client.get(link))
    client.post(link, {f"meeting-{meeting.public_id}": "true"})

    assert "“We waited an hour”" in opened
    assert Meeting.objects.get().doubted_at is None


def test_a_link_of_one_group_says_nothing_of_another(client, now):
    mine, other = MeetingFactory(), MeetingFactory()

    client.post(link_of(mine.group, now), {f"meeting-{other.public_id}": "true"})

    assert other.confirmations.count() == 0
    assert PrivateLink.objects.count() == 1


def test_a_link_runs_out_and_opens_nothing_then(client, now):
    meeting = MeetingFactory()
    link = link_of(meeting.group, now - 31 * DAY)

    answer = client.post(link, {f"meeting-{meeting.public_id}": "true"})

    assert answer.status_code == 404
    assert meeting.confirmations.count() == 0


# ── What the page of a listing says ─────────────────────────────────────────


@pytest.mark.parametrize(
    ("role", "how", "days", "says"),
    [
        (Role.HOST, ConfirmedHow.ON_PAGE, 12, "Confirmed by the group 12 days ago, on "),
        (Role.HOST, ConfirmedHow.BY_MAIL, 12, ", by answering our mail."),
        (Role.CURATOR, ConfirmedHow.ON_PAGE, 12, "Checked by one of our curators 12 days ago"),
        (Role.SOURCE, ConfirmedHow.BY_FEED, 12, "Confirmed by its source 12 days ago"),
        (Role.VISITOR, ConfirmedHow.BY_VISITS, 12, "Confirmed by people who went: it took place 12 days ago"),
        (Role.HOST, ConfirmedHow.ON_PAGE, 100, "Not confirmed since "),
        (Role.HOST, ConfirmedHow.ON_PAGE, 200, "Please ask before you go: it may have changed."),
    ],
)
def test_the_page_says_by_whom_when_and_how(client, now, role, how, days, says):
    meeting = MeetingFactory(slug="candlelight")
    Meeting.objects.update(created_at=now - 1000 * DAY)
    confirmations.confirm(meeting, role=role, how=how, now=now - days * DAY)

    text = words(client.get("/meetings/candlelight/"))

    assert says in text


def test_a_listing_seen_in_its_feed_is_not_called_confirmed(client, now):
    source = SourceFactory(name="Boston Central", format=FeedFormat.MEETING_GUIDE)
    MeetingFactory(slug="candlelight", source=source, last_seen_at=now - DAY)

    text = words(client.get("/meetings/candlelight/"))

    assert "From the feed of Boston Central, last seen there yesterday." in text
    assert "Not confirmed by the group here yet." in text
    assert "Confirmed by" not in text


def test_the_pages_of_listings_lead_to_reporting_and_suggesting(client):
    MeetingFactory(slug="candlelight")

    page = client.get("/meetings/candlelight/").content.decode()

    assert 'href="/suggest/candlelight/report/"' in page
    assert 'href="/suggest/candlelight/"' in page
    assert 'href="/suggest/"' in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_keepers_costs_the_same_for_one_meeting_and_three(client, now, django_assert_num_queries, count):
    meeting = MeetingFactory()
    for number in range(count):
        other = MeetingFactory(group=meeting.group)
        reports.send(other, "nobody-there", now=now, device=f"{number}" * 32)
    link = link_of(meeting.group, now)

    with django_assert_num_queries(3):
        response = client.get(link)

    assert response.status_code == 200
