"""Who may keep what: the cast of host, member, stranger and curator elsewhere."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from groups import access
from groups.models import HostRole
from tests import factories
from tests.cast import Cast, make_cast, make_curator, make_host, make_person
from tests.helpers import instant

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def of(cast: Cast, name: str):
    return AnonymousUser() if name == "stranger" else getattr(cast, name)


EVERYBODY = ["host", "host_elsewhere", "member", "stranger", "curator", "curator_elsewhere", "admin"]


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_group_is_hosted_by_its_host_alone(cast, name):
    user = of(cast, name)

    assert access.may_host(user, cast.group) is (name == "host")
    assert list(access.groups_hosted_by(user).filter(pk=cast.group.pk)) == ([cast.group] if name == "host" else [])


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_group_is_curated_by_those_of_its_part(cast, name):
    may = name in ("curator", "admin")

    assert access.may_curate(of(cast, name), cast.group) is may


@pytest.mark.parametrize("name", EVERYBODY)
def test_hosts_and_curators_may_keep_a_group(cast, name):
    assert access.may_keep(of(cast, name), cast.group) is (name in ("host", "curator", "admin"))


def test_fetching_answers_as_if_it_were_not_there(cast):
    assert access.get_hosted_group(cast.host, "boston-group") == cast.group
    assert access.get_curated_group(cast.curator, "boston-group") == cast.group

    for name in ("host_elsewhere", "member", "stranger", "curator"):
        with pytest.raises(Http404):
            access.get_hosted_group(of(cast, name), "boston-group")
    for name in ("host", "member", "stranger", "curator_elsewhere"):
        with pytest.raises(Http404):
            access.get_curated_group(of(cast, name), "boston-group")


def test_a_role_that_ended_opens_nothing(cast):
    HostRole.objects.update(ended_at=instant("2026-11-01 12:00"))
    cast.curator.curator_roles.update(ended_at=instant("2026-11-01 12:00"))

    assert not access.may_host(cast.host, cast.group)
    assert not access.is_curator(cast.curator)


def test_somebody_whose_account_is_closed_keeps_nothing(cast):
    for user in (cast.host, cast.curator, cast.admin):
        user.is_active = False
        user.save()

    assert not access.may_host(cast.host, cast.group)
    assert not access.is_curator(cast.curator)
    assert not access.is_admin(cast.admin)
    assert list(access.hosts_of(cast.group)) == []


def test_hosts_are_told_longest_first(cast):
    newer = make_host(cast.group, "newer", since=instant("2026-06-01 12:00"))

    assert list(access.hosts_of(cast.group)) == [cast.host, newer]


@pytest.mark.parametrize(
    ("part", "is_in"),
    [
        ({}, True),
        ({"country": "US"}, True),
        ({"country": "US", "region": "MA"}, True),
        ({"country": "US", "region": "NY"}, False),
        ({"country": "IE"}, False),
    ],
)
def test_a_part_by_place_is_where_its_meetings_are(cast, part, is_in):
    user = make_curator("somebody", **part)

    assert access.may_curate(user, cast.group) is is_in


@pytest.mark.parametrize("field", ["approach", "fellowship", "source"])
def test_a_part_by_kind(field):
    meeting = factories.MeetingFactory(group__fellowship=factories.FellowshipFactory())
    group = meeting.group
    group.source = factories.SourceFactory()
    group.save()
    other = factories.GroupFactory(fellowship=factories.FellowshipFactory(), source=factories.SourceFactory())

    user = make_curator(**{field: getattr(group, field)})

    assert list(access.curated_groups(user)) == [group]
    assert not access.may_curate(user, other)


def test_what_is_filled_in_narrows_and_several_roles_add_up(cast):
    narrow = make_curator("narrow", country="US", approach=cast.other_group.approach)
    wide = make_curator("wide", country="US")
    wide.curator_roles.create(approach=cast.other_group.approach)

    assert set(access.curated_groups(narrow)) == set()
    assert set(access.curated_groups(wide)) == {cast.group, cast.other_group}


def test_a_group_is_found_once_however_many_meetings_it_has(cast):
    for _more in range(3):
        factories.MeetingFactory(group=cast.group)

    assert list(access.curated_groups(cast.curator)) == [cast.group]


def test_a_source_of_a_part(cast):
    source = factories.SourceFactory(country="IE", approach=cast.other_group.approach)

    assert access.get_curated_source(cast.curator_elsewhere, source.slug) == source
    assert access.get_curated_source(make_curator("by-approach", approach=source.approach), source.slug) == source
    assert access.get_curated_source(make_curator("by-source", source=source), source.slug) == source
    for user in (cast.curator, make_curator("region", country="IE", region="Leinster"), cast.member):
        with pytest.raises(Http404):
            access.get_curated_source(user, source.slug)


@pytest.mark.parametrize(
    ("part", "facts", "covered"),
    [
        ({"country": "US"}, {"country": "US", "region": "MA"}, True),
        ({"country": "US", "region": "MA"}, {"country": "US"}, False),
        ({"country": "US"}, {}, False),
        ({}, {}, True),
    ],
)
def test_a_proposal_is_in_a_part_by_its_facts(part, facts, covered):
    scope = access.curator_of(make_curator(**part))

    assert scope.covers(**facts) is covered


def test_who_curates_nothing_has_an_empty_part(cast):
    for name in ("member", "stranger", "host"):
        scope = access.curator_of(of(cast, name))

        assert not scope
        assert list(scope.groups()) == []
        assert list(scope.sources()) == []


def test_what_somebody_curates_is_one_query(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        access.curator_of(cast.curator)
    with django_assert_num_queries(0):
        access.curator_of(cast.admin)
        access.curator_of(AnonymousUser())


def page(guard, user) -> HttpResponse:
    request = RequestFactory().get("/there/?a=1")
    request.user = user
    return guard(lambda request: HttpResponse("in"))(request)


@pytest.mark.parametrize("guard", [access.for_members, access.for_curators, access.for_admins])
def test_a_stranger_is_led_to_sign_in(guard):
    response = page(guard, AnonymousUser())

    assert (response.status_code, response.url) == (302, "/account/login/?next=/there/%3Fa%3D1")


def test_pages_open_to_those_they_are_for(cast):
    assert page(access.for_members, cast.member).content == b"in"
    assert page(access.for_curators, cast.curator_elsewhere).content == b"in"
    assert page(access.for_admins, cast.admin).content == b"in"
    for guard, user in (
        (access.for_curators, cast.host),
        (access.for_curators, make_person("else")),
        (access.for_admins, cast.curator),
    ):
        with pytest.raises(Http404):
            page(guard, user)
