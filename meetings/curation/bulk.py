"""One change for many listings: seen before it is made, made bit by bit, taken back whole.

The decision is the order: its `after` holds what to do and which listings still wait, so that
a worker that stops leaves nothing half known. A listing that cannot take the change is left as
it is, and says why.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groups import phrasing
from groups.access import hosts_of
from groups.enums import CameBy, ListingState, Role
from groups.history import told
from groups.models import Group, HostRole
from meetings import contacts, decisions, listing_fields, posting, tokens
from meetings.enums import ChannelState, DecisionKind, LinkPurpose
from meetings.finder import index
from meetings.models import Decision, Meeting

# More than this is a feed's work, and could not be taken back in one press.
MOST = 500
# Changed while the visitor waits; the rest is done by a worker.
AT_ONCE = 25
# Differences of so many are shown one by one.
SHOWN = 100
_WAITING, _TOTAL, _REFUSED, _HOSTS, _UNDO = "waiting", "total", "refused", "hosts", "undo"


class Action(TextChoices):
    PAUSE = "pause", gettext_lazy("Pause")
    RESUME = "resume", gettext_lazy("Resume, or list again")
    MOVE = "move", gettext_lazy("Move to another place")
    TRAIT = "trait", gettext_lazy("Say something of all of them")
    HOST = "host", gettext_lazy("Change the host")
    UNLIST = "unlist", gettext_lazy("Take off the list")


@dataclass(frozen=True)
class Change:
    """What is to be done with each listing.

    `values` are those of its fields; for `Action.HOST` instead `host` becomes a host of its
    group, and with `is_only_host` the ones before are hosts no more.
    """

    action: Action
    values: dict[str, Any] = field(default_factory=dict)
    host: str = ""
    is_only_host: bool = False

    @classmethod
    def of(cls, action: Action, values: dict[str, Any] | None = None) -> "Change":
        fixed = {
            Action.PAUSE: {"state": ListingState.PAUSED.value},
            Action.RESUME: {"state": ListingState.PUBLIC.value},
            Action.UNLIST: {"state": ListingState.UNLISTED.value},
        }
        return cls(action, fixed.get(action, {}) | dict(values or {}))

    @property
    def digest(self) -> str:
        """What tells this change from any other, so that what was seen is what is done."""
        said = json.dumps([self.action, self.values, self.host, self.is_only_host], sort_keys=True)
        return contacts.keyed_hash(f"bulk {said}")

    def for_meeting(self, meeting: Meeting) -> dict[str, Any]:
        """Return the values for one listing: one moved to a place is held there."""
        if self.action is Action.MOVE and meeting.in_person == ChannelState.NONE:
            return self.values | {"in_person": ChannelState.OPEN.value}
        return self.values


@dataclass(frozen=True)
class Difference:
    """One value of a listing before and after, in words."""

    label: str
    was: str
    will_be: str


@dataclass(frozen=True)
class Line:
    """What a change would do to one listing. `problem` says why it cannot."""

    meeting: Meeting
    differences: list[Difference]
    problem: str = ""


@dataclass(frozen=True)
class Preview:
    """What a change would do: the first listings one by one, the others by number."""

    lines: list[Line]
    total: int

    @property
    def changed(self) -> int:
        return sum(bool(line.differences) for line in self.lines)

    @property
    def further(self) -> int:
        return self.total - len(self.lines)


@dataclass(frozen=True)
class Progress:
    """How far a change of many listings is."""

    total: int
    done: int
    changed: int
    refused: dict[str, str]

    @property
    def is_over(self) -> bool:
        return self.done >= self.total

    @property
    def percent(self) -> int:
        return 100 if not self.total else self.done * 100 // self.total


class TooMany(Exception):
    """More listings than are changed at once."""


def preview(meetings: Sequence[Meeting], change: Change) -> Preview:
    """Return what the change would do; nothing is changed. A few queries for each of the first listings."""
    return Preview([_line(meeting, change) for meeting in meetings[:SHOWN]], len(meetings))


def begin(
    token: str, meetings: Iterable[Meeting], change: Change, *, by: AbstractBaseUser, now: datetime, reason: str = ""
) -> Decision:
    """Write down what is to be changed, change the first listings, and return the decision.

    `token` is the public id that the decision gets: pressed twice it is one change. Whoever
    calls sees to it that `resume` is called until `progress` is over.

    Raises TooMany.
    """
    ids = [meeting.pk for meeting in meetings]
    if len(ids) > MOST:
        raise TooMany
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                public_id=token,
                kind=DecisionKind.BULK,
                subject=token,
                title=title_of(change.action, len(ids)),
                made_at=now,
                made_by=by if isinstance(by, User) else None,
                role=Role.CURATOR,
                reason=reason[:300],
                before={decisions.LISTINGS: {}, _HOSTS: {}},
                after={
                    "action": change.action.value,
                    "values": decisions.sealed(change.values),
                    "host": decisions.seal(change.host) if change.host else "",
                    "is_only_host": change.is_only_host,
                    decisions.LISTINGS: {},
                    _HOSTS: {},
                    _REFUSED: {},
                    _WAITING: ids,
                    _TOTAL: len(ids),
                },
            )
    except IntegrityError:
        return Decision.objects.get(public_id=token)
    resume(decision, now=now)
    decision.refresh_from_db()
    return decision


def resume(decision: Decision, *, now: datetime, most: int = AT_ONCE) -> bool:
    """Change the next listings that wait. Returns whether some still wait.

    Several workers at once do each listing once.
    """
    with _working(now, why=decision.reason):
        decision = Decision.objects.select_for_update(of=("self",)).select_related("made_by").get(pk=decision.pk)
        waiting = decision.after.get(_WAITING, [])
        if not waiting or decision.undone_at is not None or _UNDO in decision.after:
            return False
        change = _change_of(decision)
        by_id = {meeting.pk: meeting for meeting in _loaded(Meeting.objects.filter(pk__in=waiting[:most]))}
        for pk in waiting[:most]:
            if pk in by_id:
                _change_one(decision, by_id[pk], change, now=now)
        decision.after[_WAITING] = waiting[most:]
        decision.save(update_fields=["before", "after"])
    return bool(decision.after[_WAITING])


def unfinished() -> QuerySet[Decision]:
    """Return the changes, and what is being taken back, of which listings still wait; oldest first."""
    waits = Q(after__waiting__0__isnull=False) | Q(after__undo__waiting__0__isnull=False)
    return Decision.objects.filter(waits, kind=DecisionKind.BULK, undone_at=None).order_by("made_at", "pk")


def progress(decision: Decision) -> Progress:
    """Return how far the change is."""
    total = decision.after.get(_TOTAL, 0)
    changed = len(decision.after.get(decisions.LISTINGS, {})) + len(decision.after.get(_HOSTS, {}))
    return Progress(
        total=total,
        done=total - len(decision.after.get(_WAITING, [])),
        changed=changed,
        refused=decision.after.get(_REFUSED, {}),
    )


def is_at_work(decision: Decision) -> bool:
    """Tell whether a change of many listings is still being made, or taken back."""
    if decision.kind != DecisionKind.BULK or decision.undone_at is not None:
        return False
    return any(not each.is_over for each in (progress(decision), taking_back(decision)) if each is not None)


def undo(decision: Decision, *, by: AbstractBaseUser | None, role: Role, now: datetime) -> list[str]:
    """Take the whole change back at once: values, hosts; what still waited is dropped."""
    with told(role=role), index.gathered(now=now):
        kept = decisions.put_back(decision, by=by, role=role, now=now)
        _put_all_hosts_back(decision, now=now)
    if decision.after.get(_WAITING):
        decision.after[_WAITING] = []
        decision.save(update_fields=["after"])
    return kept


def is_taken_back_at_once(decision: Decision) -> bool:
    """Tell whether the change is small enough to be taken back while somebody waits."""
    return len(decision.before.get(decisions.LISTINGS, {})) <= AT_ONCE


def begin_undo(decision: Decision, *, by: AbstractBaseUser, now: datetime) -> None:
    """Order that a change of many listings is taken back, and take the first back. Pressed twice it is once.

    Raises decisions.CannotUndo.
    """
    with transaction.atomic():
        decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
        if decision.undone_at is not None or _UNDO in decision.after:
            return
        if not decisions.can_undo(decision, now=now):
            raise decisions.CannotUndo(_("The time for taking this back is over."))
        keys = list(decision.before.get(decisions.LISTINGS, {}))
        decision.after |= {_WAITING: [], _UNDO: {_WAITING: keys, "by": by.pk, "kept": []}}
        decision.save(update_fields=["after"])
    resume_undo(decision, now=now)


def resume_undo(decision: Decision, *, now: datetime, most: int = AT_ONCE) -> bool:
    """Take the next listings back. Returns whether some still wait."""
    with _working(now):
        decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
        order = decision.after.get(_UNDO)
        if order is None or decision.undone_at is not None:
            return False
        by = User.objects.filter(pk=order["by"]).first()
        part = order[_WAITING][:most]
        order["kept"] += decisions.put_back(decision, by=by, role=Role.CURATOR, now=now, only=part)
        order[_WAITING] = order[_WAITING][most:]
        if not order[_WAITING]:
            _put_all_hosts_back(decision, now=now)
            decision.undone_at = now
        decision.save(update_fields=["after", "undone_at"])
    return bool(order[_WAITING])


def taking_back(decision: Decision) -> Progress | None:
    """Return how far taking the change back is, None when nobody ordered it or it was at once."""
    order = decision.after.get(_UNDO)
    if order is None:
        return None
    total = len(decision.before.get(decisions.LISTINGS, {}))
    done = total - len(order[_WAITING])
    return Progress(total=total, done=done, changed=done, refused=dict(enumerate(order["kept"])))  # type: ignore[arg-type]


def title_of(action: Action, number: int) -> str:
    return ngettext("%(what)s: %(n)d listing", "%(what)s: %(n)d listings", number) % {"what": action.label, "n": number}


def title_shown(decision: Decision) -> str:
    """Return the title of any decision; that of a change of many in the language of whoever reads it."""
    try:
        return title_of(Action(decision.after["action"]), decision.after[_TOTAL])
    except (KeyError, ValueError):
        return decision.title


def differences_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the values of `after` that are others than before, in words."""
    words = listing_fields.words
    return [
        Difference(listing_fields.label(name), words(name, before.get(name)), words(name, value))
        for name, value in after.items()
        if before.get(name) != value
    ]


@contextmanager
def _working(now: datetime, *, why: str = "") -> Iterator[None]:
    """Change listings in one transaction, in the role of a curator, and the finder's copies at its end."""
    with transaction.atomic(), told(role=Role.CURATOR, why=why), index.gathered(now=now):
        yield


# ── One listing ─────────────────────────────────────────────────────────────


def _change_one(decision: Decision, meeting: Meeting, change: Change, *, now: datetime) -> None:
    if change.action is Action.HOST:
        _change_host(decision, meeting.group, change, now=now)
        return
    try:
        applied = listing_fields.apply(
            meeting, change.for_meeting(meeting), by=decision.made_by, role=Role.CURATOR, now=now
        )
    except listing_fields.InvalidChange as invalid:
        decision.after[_REFUSED][meeting.public_id] = _problem(invalid.errors)
        return
    if applied:
        before, after = decisions.of_change(meeting, applied)
        decision.before[decisions.LISTINGS] |= before[decisions.LISTINGS]
        decision.after[decisions.LISTINGS] |= after[decisions.LISTINGS]


def _change_host(decision: Decision, group: Group, change: Change, *, now: datetime) -> None:
    if group.public_id in decision.after[_HOSTS]:
        return
    user = User.objects.filter(email__iexact=change.host, is_active=True).order_by("pk").first()
    if user is None:
        decision.after[_REFUSED][group.public_id] = _("There is no account with this address yet.")
        return
    Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
    roles = HostRole.objects.filter(group=group, ended_at=None)
    before = list(roles.values_list("user", flat=True))
    others = [host.email for host in hosts_of(group) if host != user]
    if change.is_only_host and roles.exclude(user=user).update(ended_at=now):
        # What was mailed to them opens nothing any more.
        tokens.revoke(now=now, purpose=LinkPurpose.STILL_TRUE, group=group)
    if user.pk not in before:
        HostRole.objects.create(group=group, user=user, came_by=CameBy.CURATOR, since=now)
        posting.send_new_host(group, others, now=now)
    after = list(HostRole.objects.filter(group=group, ended_at=None).values_list("user", flat=True))
    if after != before:
        decision.before[_HOSTS][group.public_id] = before
        decision.after[_HOSTS][group.public_id] = after


def _put_all_hosts_back(decision: Decision, *, now: datetime) -> None:
    hosts = decision.before.get(_HOSTS, {})
    groups = {group.public_id: group for group in Group.objects.filter(public_id__in=hosts)}
    for public_id, before in hosts.items():
        if public_id in groups:
            _put_hosts_back(groups[public_id], before, decision.after[_HOSTS][public_id], now=now)


def _put_hosts_back(group: Group, before: list[int], after: list[int], *, now: datetime) -> None:
    Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
    roles = HostRole.objects.filter(group=group, ended_at=None)
    roles.filter(user__in=set(after) - set(before)).update(ended_at=now)
    here = set(roles.values_list("user", flat=True))
    for user in User.objects.filter(pk__in=set(before) - here, is_active=True).order_by("pk"):
        HostRole.objects.create(group=group, user=user, came_by=CameBy.CURATOR, since=now)


def _line(meeting: Meeting, change: Change) -> Line:
    if change.action is Action.HOST:
        return Line(meeting, _host_difference(meeting.group, change))
    values = change.for_meeting(meeting)
    differences = differences_of(listing_fields.values(meeting, values), values)
    problems = listing_fields.check(meeting, values) if differences else {}
    return Line(meeting, [] if problems else differences, _problem(problems) if problems else "")


def _host_difference(group: Group, change: Change) -> list[Difference]:
    number = HostRole.objects.filter(group=group, ended_at=None).exclude(user__email__iexact=change.host).count()
    was = ngettext("%(n)d other host", "%(n)d other hosts", number) % {"n": number} if number else _("Nobody else")
    will_be = change.host if change.is_only_host or not number else _("%(was)s, and %(who)s") % {
        "was": was, "who": phrasing.isolated(change.host),
    }  # fmt: skip
    return [Difference(_("Hosts of %(group)s") % {"group": phrasing.isolated(group.name)}, was, will_be)]


def _change_of(decision: Decision) -> Change:
    said = decision.after
    return Change(
        Action(said["action"]),
        decisions.opened(said.get("values", {})),
        host=decisions.unseal(said["host"]) if decisions.is_sealed(said.get("host")) else "",
        is_only_host=said.get("is_only_host", False),
    )


def _problem(errors: dict[str, str]) -> str:
    return " ".join(errors.values())


def _loaded(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    return meetings.select_related("group__approach", "group__fellowship", "venue")
