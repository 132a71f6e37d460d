"""Home, help, leaving, health, and what is said when something is wrong."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django import forms
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import timezone

from groups import help_lines
from meetings.finder import index
from meetings.models import FinderEntry
from recovery import urls as site_urls
from recovery import views
from recovery.templatetags.plain_words import dialled, spoken
from tests.factories import MeetingFactory
from tests.helpers import words

PLAIN_PAGES = ["/", "/help/", "/privacy/", "/no-such-page/"]
ERROR_TEMPLATES = ["400.html", "403.html", "403_csrf.html", "404.html", "410.html", "429.html", "500.html"]


def _breaks(request):
    raise RuntimeError("broken on purpose")


urlpatterns = [path("broken/", _breaks), *site_urls.urlpatterns]
handler500 = site_urls.handler500


@pytest.fixture
def lines_of_the_file():
    help_lines.keep_file()
    yield
    help_lines.forget()


# ── Home and plain pages ────────────────────────────────────────────────────


def test_home_says_what_this_is_and_asks_one_thing(client, lines_of_the_file):
    response = client.get("/")

    assert response.status_code == 200
    assert "Find a group of people in recovery, near you or online." in words(response)
    assert re.findall(r'<input type="text"[^>]*name="(\w+)"', response.content.decode()) == ["say"]
    assert 'action="/meetings/" method="get"' in response.content.decode()


@pytest.mark.django_db
def test_plain_pages_ask_the_database_nothing(client, lines_of_the_file, django_assert_num_queries):
    with django_assert_num_queries(0):
        statuses = [client.get(page).status_code for page in PLAIN_PAGES]

    assert statuses == [200, 200, 200, 404]


def test_home_names_the_five_approaches_in_order(client, lines_of_the_file):
    links = re.findall(r'href="/approaches/([\w-]+)/"', client.get("/").content.decode())

    assert links == ["twelve-step", "smart-recovery", "refuge-recovery", "sos", "celebrate-recovery"]


@pytest.mark.parametrize("page", PLAIN_PAGES)
def test_every_page_has_help_between_the_menu_and_its_words(client, lines_of_the_file, page):
    html = client.get(page).content.decode()

    menu, strip, content = (html.index(part) for part in ("<nav", "data-help-strip", "<main"))
    assert menu < strip < content
    assert 'href="tel:911"' in html[strip:content]
    assert 'href="tel:988"' in html[strip:content]
    assert 'href="/help/"' in html[strip:content]


@pytest.mark.parametrize("page", PLAIN_PAGES)
def test_every_page_has_a_way_out_without_script(client, lines_of_the_file, page):
    html = client.get(page).content.decode()

    assert re.search(r'<a class="leave[^"]*" href="/exit/" rel="noreferrer nofollow" data-quick-exit>', html)


def test_every_page_says_that_peer_support_goes_beside_medicine(client, lines_of_the_file):
    assert "Peer support goes beside therapy and medicine, not instead of them." in words(client.get("/"))


def test_the_demo_banner_shows_only_when_a_page_says_so():
    context = {"help": help_lines.Help("US", "United States", "911", [], []), "site_name": "Open Chair"}

    with_demo = render_to_string("404.html", {**context, "shows_demo": True})
    without = render_to_string("404.html", context)

    assert "these meetings are made up" in with_demo
    assert "these meetings are made up" not in without


# ── Help ────────────────────────────────────────────────────────────────────


def test_a_number_to_call_is_not_parted_at_the_end_of_a_line(client):
    html = client.get("/help/", {"country": "US"}).content.decode()

    assert 'Call <bdi class="nowrap" dir="ltr">1-866-488-7386</bdi></span></a>' in html


def test_help_gives_the_emergency_number_before_any_line(client, lines_of_the_file):
    html = client.get("/help/", {"country": "GB"}).content.decode()
    main = html[html.index("<main") :]

    assert main.index("Call 999") < main.index("Samaritans")
    assert 'href="tel:116123"' in main
    assert '<option value="GB" selected>' in main


def test_help_reads_a_country_in_small_letters(client, lines_of_the_file):
    assert "Call 999" in words(client.get("/help/", {"country": "gb"}))


def test_help_for_a_country_we_do_not_know_says_so_and_still_helps(client, lines_of_the_file):
    response = client.get("/help/", {"country": "ZZ"})

    assert response.status_code == 200
    assert "We have no list for that country" in words(response)
    assert "Call 911" in words(response)


def test_the_first_country_is_a_setting(client, lines_of_the_file, settings):
    settings.DEFAULT_COUNTRY = "AU"

    response = client.get("/help/")

    assert "Call 000" in words(response)
    assert "Lifeline" in words(response)


def test_links_from_help_to_other_sites_do_not_say_where_you_came_from(client, lines_of_the_file):
    links = re.findall(r'<a [^>]*href="https://[^>]*>', client.get("/help/").content.decode())

    assert links
    assert all('rel="noreferrer noopener"' in link for link in links)


def test_the_lines_of_all_countries_are_there_for_the_device_to_choose(client, lines_of_the_file):
    data = client.get("/help/lines.json").json()

    country = data["zones"]["Europe/London"]
    assert country == "GB"
    assert data["countries"][country]["emergency_dialled"] == "999"
    assert data["countries"][country]["crisis"] == {"name": "Samaritans", "value": "116 123", "href": "tel:116123"}


def test_the_lines_of_all_countries_are_the_same_for_everybody(client, lines_of_the_file):
    response = client.get("/help/lines.json")

    assert response.headers["Cache-Control"] == "public, max-age=86400"


@pytest.mark.django_db
def test_the_foot_leads_whoever_is_signed_in_to_their_groups(client, django_user_model, django_assert_num_queries):
    anonymous = client.get("/").content.decode()
    client.force_login(django_user_model.objects.create_user("host", password="a long enough one"))

    # Told by the cookie alone: a page that asks the database nothing still asks it nothing.
    with django_assert_num_queries(0):
        signed_in = client.get("/").content.decode()

    assert ('href="/account/"' in anonymous, 'href="/host/"' in anonymous) == (True, False)
    assert ('href="/account/"' in signed_in, 'href="/host/"' in signed_in) == (False, True)


@pytest.mark.django_db
def test_a_session_that_only_waits_for_a_code_is_nobody_signed_in(client):
    client.post("/account/login/", {"email": "robin@example.org"})
    assert client.cookies["sessionid"].value

    page = client.get("/account/login/code/").content.decode()

    assert 'href="/account/" rel="nofollow"' in page
    assert 'href="/host/"' not in page


# ── Leaving ─────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_leaving_ends_the_session(client, django_user_model):
    host = django_user_model.objects.create_user("host", password="a long enough one")
    client.force_login(host)
    assert Session.objects.count() == 1

    response = client.get("/exit/")

    assert Session.objects.count() == 0
    assert response.cookies["sessionid"]["max-age"] == 0
    assert response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert response.headers["Cache-Control"] == "no-store, private"


@pytest.mark.django_db
@pytest.mark.parametrize("header", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Purpose": "prefetch;prerender"}])
def test_another_site_or_a_prefetch_cannot_end_a_session(client, django_user_model, header):
    client.force_login(django_user_model.objects.create_user("host", password="a long enough one"))

    response = client.get("/exit/", headers=header)

    assert Session.objects.count() == 1
    assert "Clear-Site-Data" not in response.headers


def test_leaving_works_while_the_database_does_not_answer(client):
    # No database is allowed in this test, and the cookie names a session that needs one.
    client.cookies["sessionid"] = "x" * 32

    with override_settings(SESSION_ENGINE="tests.recovery.unreachable_sessions"):
        response = client.get("/exit/")

    assert response.status_code == 200
    assert response.cookies["sessionid"]["max-age"] == 0


def test_the_page_after_leaving_names_nothing_of_this_site(client, lines_of_the_file, settings):
    settings.SITE_NAME = "Harbour Chairs"
    assert "Harbour Chairs" in client.get("/").content.decode()

    html = client.get("/exit/").content.decode()

    assert "Harbour Chairs" not in html
    assert words(client.get("/exit/")) == "Blank page"
    assert not re.search("recovery|meeting|chair", html, re.IGNORECASE)


def test_leaving_can_end_at_a_place_of_the_operators_choice(client, settings):
    settings.EXIT_URL = "https://weather.example/"

    html = client.get("/exit/").content.decode()

    assert 'data-exit-url="https://weather.example/"' in html
    assert 'content="0; url=https://weather.example/"' in html


def test_leaving_is_a_link_and_nothing_else(client):
    assert client.head("/exit/").status_code == 200
    assert client.post("/exit/").status_code == 405


# ── Health ──────────────────────────────────────────────────────────────────


def test_healthz_answers_without_a_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_readyz_speaks_in_numbers(client):
    response = client.get("/readyz")

    assert response.status_code == 200
    answer = response.json()
    assert {"database_ms", "redis_ms", "next_start_overdue_seconds", "messages_overdue"} <= set(answer)
    # Nobody was at work here yet, which is no number.
    assert {name for name, value in answer.items() if value is None} <= {
        "messages_beat_seconds",
        "messages_worker_seconds",
    }
    assert all(isinstance(value, int | float) for value in answer.values() if value is not None)


@pytest.mark.django_db
def test_readyz_tells_how_long_a_next_start_was_left_behind(client):
    now = timezone.now()
    late, on_now = MeetingFactory(), MeetingFactory()
    index.refresh(None, now=now)
    FinderEntry.objects.filter(pk=late.pk).update(ends_at=now - timedelta(minutes=5))
    FinderEntry.objects.filter(pk=on_now.pk).update(ends_at=now + timedelta(minutes=20))

    answer = client.get("/readyz").json()

    assert 300 <= answer["next_start_overdue_seconds"] < 330


@pytest.mark.django_db
def test_readyz_is_not_ready_without_redis(client, settings):
    nowhere = {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/redis.sock?db=0"}
    settings.CACHES = {"default": nowhere}

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["redis_ms"] is None
    assert response.json()["database_ms"] >= 0


# ── When something is wrong ─────────────────────────────────────────────────


@pytest.mark.parametrize("template", ERROR_TEMPLATES)
def test_error_pages_stand_without_request_and_database(lines_of_the_file, template):
    response = views._say(template, 400)

    html = response.content.decode()
    assert 'href="tel:911"' in html
    assert 'href="/exit/"' in html
    assert 'content="noindex"' in html


@override_settings(ROOT_URLCONF="tests.recovery.test_pages")
def test_a_broken_page_says_sorry_and_gives_help(lines_of_the_file):
    client = Client(raise_request_exception=False)

    response = client.get("/broken/")

    assert response.status_code == 500
    assert "Something went wrong on our side" in words(response)
    assert "988" in words(response)


def test_a_broken_error_page_still_gives_a_number(settings):
    # Nothing can be found in an empty folder: the error page itself fails.
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False}]

    response = views.server_error(RequestFactory().get("/"))

    assert response.status_code == 500
    assert "call your emergency number" in words(response)


def test_too_many_requests_says_when_to_come_back(lines_of_the_file):
    response = views.too_many_requests(RequestFactory().get("/"), retry_after=120)

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "120"


# ── Components ──────────────────────────────────────────────────────────────


class _Form(forms.Form):
    name = forms.CharField(label="What shall we call you?", required=False)
    email = forms.EmailField(label="E-mail", help_text="Only for the reminder.")
    way = forms.ChoiceField(label="How do you come?", choices=[("a", "In person")], widget=forms.RadioSelect)
    agrees = forms.BooleanField(label="I have read the ground rules")


@pytest.mark.parametrize("name", ["email", "way", "agrees"])
def test_a_field_in_error_is_tied_to_its_words(name):
    field = _Form({"email": "x"})[name]

    html = render_to_string("components/field.html", {"field": field})

    assert field.errors[0] in html
    described = re.search(r'aria-describedby="([^"]+)"', html)[1].split()
    assert f"id_{name}_error" in described
    assert all(f'id="{name}"' in html for name in described)


def test_a_field_that_may_stay_empty_says_so():
    optional = render_to_string("components/field.html", {"field": _Form()["name"]})
    needed = render_to_string("components/field.html", {"field": _Form()["email"]})

    assert "(if you like)" in optional
    assert "(if you like)" not in needed


def test_a_field_asked_for_where_it_is_shown_does_not_say_that_it_may_stay_empty():
    class Week(forms.Form):
        days = forms.MultipleChoiceField(choices=[("0", "Monday")], widget=forms.CheckboxSelectMultiple, required=False)

    field = Week()["days"]

    assert "(if you like)" in render_to_string("components/field.html", {"field": field})
    assert "(if you like)" not in render_to_string("components/field.html", {"field": field, "is_asked": True})


def test_no_colon_follows_the_question_of_a_field_in_error():
    html = render_to_string("components/form_errors.html", {"form": _Form({"email": "x"})})

    assert "How do you come? This field is required." in html
    assert "E-mail: Enter a valid email address." in html


def test_pagination_keeps_what_was_asked():
    request = RequestFactory().get("/meetings/", {"near": "Leeds", "page": "2"})

    html = render_to_string(
        "components/pagination.html", {"page_obj": Paginator(range(60), 20).page(2), "request": request}
    )

    assert re.findall(r'href="([^"]+)"(?= rel)', html) == ["?near=Leeds&amp;page=1", "?near=Leeds&amp;page=3"]
    assert "Page 2 of 3" in html


def test_a_page_of_its_own_needs_no_pagination():
    html = render_to_string("components/pagination.html", {"page_obj": Paginator(range(3), 20).page(1)})

    assert html.strip() == ""


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (None, ""),
        (timedelta(seconds=30), "1 minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=89, seconds=59), "89 minutes"),
        (timedelta(minutes=90), "1 hour 30 minutes"),
        (timedelta(minutes=119), "1 hour 30 minutes"),
        (timedelta(hours=2, minutes=10), "2 hours"),
        (timedelta(hours=5, minutes=45), "5 hours"),
        (timedelta(hours=48), "2 days"),
    ],
)
def test_lengths_are_said_as_people_say_them(length, said):
    assert spoken(length) == said


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("116 123", "116123"),
        ("112 or 999", "112"),
        ("1-800-662-4357", "18006624357"),
        ("+44 20 7946 0000", "+442079460000"),
        ("ask", ""),
    ],
)
def test_printed_numbers_can_be_dialled(printed, number):
    assert dialled(printed) == number


# ── What all templates keep to ──────────────────────────────────────────────

TEMPLATES = sorted((Path(django_settings.BASE_DIR) / "templates").rglob("*.html"))
# A message has no stylesheet beside it: what it looks like, it says itself.
PAGES = [path for path in TEMPLATES if path.parent.name != "emails"]
_LABELS = re.compile(r"\b(addicts?|alcoholics?|abusers?|substance abuse|junkies?|dirty|relaps\w+)\b", re.IGNORECASE)
# "Alcoholics Anonymous" is a name its fellowship gave itself.
_NAMES = re.compile(r"(Alcoholics|Addicts|Adult Children of Alcoholics)[^.<]* Anonymous|Adult Children of Alcoholics")
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*ld\+json)|<style|\sstyle=|\son[a-z]+=\"", re.IGNORECASE)
_CLAIMS = re.compile(r"100 ?%|HIPAA|fully confidential|completely anonymous", re.IGNORECASE)


def test_the_word_lists_find_what_they_look_for():
    assert _LABELS.search("Help for addicts")
    assert _INLINE.search('<p style="color: red">')
    assert _INLINE.search("<script>alert(1)</script>")
    assert _CLAIMS.search("100% confidential")
    assert len(TEMPLATES) > 20


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_speak_of_people_first_and_claim_nothing(template):
    text = _NAMES.sub("", template.read_text())

    assert _LABELS.findall(text) == []
    assert _CLAIMS.findall(text) == []


@pytest.mark.parametrize("template", PAGES, ids=lambda path: path.name)
def test_templates_hold_no_inline_script_or_style(template):
    assert _INLINE.findall(template.read_text()) == []


def test_icons_that_templates_name_are_drawn():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (django_settings.BASE_DIR / "static/img/icons.svg").read_text()))
    named = {
        name
        for template in TEMPLATES
        for name in re.findall(r'(?:icon\.html" with name=|\bicon=)"([\w-]+)"', template.read_text())
    }

    assert len(named) > 5
    assert named - drawn == set()


def test_help_lines_data_is_small_enough_to_fetch_on_a_bad_line(client, lines_of_the_file):
    import gzip

    data = json.dumps(client.get("/help/lines.json").json()).encode()

    assert len(gzip.compress(data)) < 6_000
