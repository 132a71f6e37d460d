"""Who may come to a meeting, one line for each rule the listing holds.

Pure but for what the meeting has already loaded: group, approach, fellowship and traits.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups import phrasing
from groups.enums import OpenClosed
from meetings import access
from meetings.enums import Observers, OpenTo, TraitKind, TraitValue
from meetings.models import Meeting


@dataclass(frozen=True, slots=True)
class Line:
    """One fact about who may come. `is_rule` is False for a custom or a kindness."""

    text: str
    is_rule: bool = True


def lines(meeting: Meeting) -> list[Line]:
    """Return every rule of the listing in the order a person asks: may I, must I, is there more.

    What nobody said is not a rule: an unknown is left out, except whether anyone may come,
    where the custom of the approach is told as such.
    """
    return [
        _open_to(meeting),
        *_focus(meeting),
        *_observers(meeting),
        *_first_visit(meeting),
        *_ages(meeting),
        *_gender(meeting),
        *_sober(meeting),
        *_camera(meeting),
        *_account(meeting),
        *_agreement(meeting),
        *_of_the_approach(meeting),
    ]


def _open_to(meeting: Meeting) -> Line:
    match meeting.open_to:
        case OpenTo.ANYONE:
            return Line(_("Anyone may come: people with the problem, family, friends, or just to see."), is_rule=False)
        case OpenTo.WITH_THE_ISSUE:
            return Line(_("For people with the problem, or who think they may have it. Not sure yet? You may come."))
        case OpenTo.MEMBERS:
            return Line(_("For members."))
        case OpenTo.INVITATION:
            return Line(_("By invitation: ask the group before you go."))
    approach = meeting.group.approach
    custom = {
        OpenClosed.OPEN: _("Anyone may come to most meetings of %(approach)s; this group does not say."),
        OpenClosed.MIXED: _("This group does not say whether anyone may come. In %(approach)s some meetings are open."),
        OpenClosed.ELIGIBLE_ONLY: _(
            "This group does not say whether anyone may come. "
            "Most meetings of %(approach)s are for the people they are meant for."
        ),
    }.get(approach.open_closed, _("This group does not say whether anyone may come. You can ask."))
    return Line(custom % {"approach": approach.label}, is_rule=False)


def _focus(meeting: Meeting) -> list[Line]:
    found = [row for row in meeting.meeting_traits.all() if row.trait.kind == TraitKind.FOCUS]
    found.sort(key=lambda row: (row.value != TraitValue.ONLY, row.trait.order, row.trait.name))
    words = []
    for row in found:
        if row.value == TraitValue.ONLY:
            words.append(Line(_("Held for: %(focus)s.") % {"focus": row.trait.label}))
        elif row.value != TraitValue.NO:
            words.append(Line(_("Especially welcome: %(focus)s.") % {"focus": row.trait.label}, is_rule=False))
    return words


def _observers(meeting: Meeting) -> list[Line]:
    words = {
        Observers.WELCOME: _("You may come to watch and listen."),
        Observers.TELL_THE_HOST: _("You may come to watch; please tell the host first."),
        Observers.LISTEN_ONLY: _("If you come to watch, you are asked only to listen."),
        Observers.NO: _("Not for people who come only to watch."),
    }.get(meeting.observers)
    return [Line(words, is_rule=meeting.observers != Observers.WELCOME)] if words else []


def _first_visit(meeting: Meeting) -> list[Line]:
    match meeting.is_good_first_visit:
        case True:
            return [Line(_("The group says: a good meeting for a first visit."), is_rule=False)]
        case False:
            return [Line(_("The group says: another of its meetings suits a first visit better."), is_rule=False)]
    return []


def _ages(meeting: Meeting) -> list[Line]:
    return _age_lines(meeting.min_age, meeting.max_age)


def _age_lines(youngest: int | None, oldest: int | None) -> list[Line]:
    if youngest is not None and oldest is not None:
        return [Line(_("Ages %(youngest)d to %(oldest)d.") % {"youngest": youngest, "oldest": oldest})]
    if youngest is not None:
        return [Line(_("From age %(youngest)d.") % {"youngest": youngest})]
    if oldest is not None:
        return [Line(_("Up to age %(oldest)d.") % {"oldest": oldest})]
    return []


def _gender(meeting: Meeting) -> list[Line]:
    if not meeting.gender_rule:
        return []
    return [Line(_("In the group's words: “%(rule)s”.") % {"rule": meeting.gender_rule.rstrip(".")})]


def _sober(meeting: Meeting) -> list[Line]:
    return _sober_lines(meeting.sober_hours)


def _sober_lines(hours: int | None) -> list[Line]:
    if not hours:
        return []
    return [
        Line(
            ngettext(
                "Come when you have not used for %(hours)d hour.",
                "Come when you have not used for %(hours)d hours.",
                hours,
            )
            % {"hours": hours}
        )
    ]


def _camera(meeting: Meeting) -> list[Line]:
    match meeting.needs_camera:
        case True:
            return [Line(_("Your camera is expected to be on."))]
        case False:
            return [Line(_("Your camera may stay off."), is_rule=False)]
    return []


def _account(meeting: Meeting) -> list[Line]:
    match meeting.needs_account:
        case True:
            return [Line(_("You need an account with the service it is held on."))]
        case False:
            return [Line(_("You need no account to join."), is_rule=False)]
    return []


def _agreement(meeting: Meeting) -> list[Line]:
    if not meeting.agreement:
        return []
    return [Line(_("Everybody agrees to this: %(agreement)s") % {"agreement": phrasing.isolated(meeting.agreement)})]


def _of_the_approach(meeting: Meeting) -> list[Line]:
    """What holds in the whole approach, where the meeting itself says nothing else."""
    approach = meeting.group.approach
    rules: dict[str, Any] = approach.entry_rules
    found: list[Line] = []
    if meeting.min_age is None and meeting.max_age is None:
        found += _age_lines(rules.get("min_age"), None)
    if meeting.sober_hours is None:
        found += _sober_lines(rules.get("sober_hours_before"))
    if meeting.needs_account is None and rules.get("account_needed") and access.has_join_step(meeting):
        found.append(Line(_("You may need an account with the service it is held on.")))
    named = [
        # Translators: a rule of the whole approach; `rule` is a sentence.
        Line(
            _("In %(approach)s as a whole: %(rule)s")
            % {"approach": phrasing.isolated(approach.label), "rule": line.text}
        )
        for line in found
    ]
    fellowship = meeting.group.fellowship
    asking = fellowship if fellowship is not None and fellowship.joining_requirement else approach
    if asking.joining_requirement:
        # Translators: `requirement` is a phrase: "A wish to stop drinking.", "Nothing. Come if you want to."
        words = _("What %(name)s asks of you: %(requirement)s")
        words %= {"name": phrasing.isolated(asking.label), "requirement": _(asking.joining_requirement)}
        named.append(Line(words, is_rule=False))
    if rules.get("note"):
        named.append(Line(_(rules["note"]), is_rule=False))
    return named
