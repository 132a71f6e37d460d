"""The people tests are about: a host, a member, a host of another group, curators here and elsewhere, an admin.

Everything they keep stands in Boston, Massachusetts; "elsewhere" is Dublin, Ireland.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.models import User

from groups.enums import CameBy
from groups.models import CuratorRole, Group, HostRole
from meetings.models import Meeting
from tests import factories

SINCE = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Cast:
    """`meeting` is `group`'s, in Boston. `other_group` is in Dublin and nobody's business here."""

    group: Group
    meeting: Meeting
    other_group: Group
    host: User
    host_elsewhere: User
    member: User
    curator: User
    curator_elsewhere: User
    admin: User


def make_person(name: str, **fields) -> User:
    return User.objects.create_user(name, email=f"{name}@example.org", **fields)


def make_host(group: Group, name: str = "host", **fields) -> User:
    user = make_person(name)
    HostRole.objects.create(**{"group": group, "user": user, "came_by": CameBy.CODE, "since": SINCE, **fields})
    return user


def make_curator(name: str = "curator", **part) -> User:
    """Make a curator of a part, given as fields of the role; of everything when none is given."""
    user = make_person(name)
    CuratorRole.objects.create(user=user, is_for_everything=not part, **part)
    return user


def make_cast() -> Cast:
    meeting = factories.MeetingFactory(slug="boston", group__slug="boston-group", group__name="Boston Group")
    other = factories.MeetingFactory(
        slug="dublin",
        group__slug="dublin-group",
        group__name="Dublin Group",
        venue__town="Dublin",
        venue__region="Leinster",
        venue__country="IE",
    )
    return Cast(
        group=meeting.group,
        meeting=meeting,
        other_group=other.group,
        host=make_host(meeting.group),
        host_elsewhere=make_host(other.group, "host-elsewhere"),
        member=make_person("member"),
        curator=make_curator(country="US", region="MA"),
        curator_elsewhere=make_curator("curator-elsewhere", country="IE"),
        admin=make_person("admin", is_staff=True, is_superuser=True),
    )
