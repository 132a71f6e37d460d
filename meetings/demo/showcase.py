"""Groups of the demo that show one thing each: every schedule, way in, rule and state there is.

Most are near Boston, so that one search meets them.
"""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from groups.enums import GroupState, ListingState
from meetings.demo import words
from meetings.demo.building import Builder
from meetings.demo.listings import MadeGroup, MadeMeeting, Town
from meetings.demo.profiles import PROFILES, Profile
from meetings.demo.rhythm import FORTNIGHTS_FROM
from meetings.enums import ChannelState, JoinVisibility, Observers, OpenTo, ReviewFlag, RsvpPolicy, TraitValue

_HOUR = timedelta(hours=1)
_HALF_PAST_SIX, _SEVEN = time(18, 30), time(19, 0)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PROFILES = {(profile.approach, profile.fellowship): profile for profile in PROFILES}
_OPEN, _SUSPENDED = ChannelState.OPEN.value, ChannelState.SUSPENDED.value
_YES, _NO = TraitValue.YES.value, TraitValue.NO.value


def groups(builder: Builder, towns: list[Town], *, monday: date) -> Iterator[MadeGroup]:
    """Yield the groups, in the first towns given. The week of the load begins on `monday`."""
    show = _Showcase(builder, towns, monday)
    yield from show.smart_on_weekday_evenings()
    yield show.schedules()
    yield show.changed_dates()
    yield show.ways_in()
    yield show.who_may_come()
    yield show.join_details()
    yield show.places_to_sit()
    yield show.keeping_a_seat()
    yield show.known_and_unknown()
    yield from show.teens()
    yield from show.states()


class _Showcase:
    def __init__(self, builder: Builder, towns: list[Town], monday: date):
        self._builder = builder
        self._towns = towns
        self._monday = monday

    def _town(self, number: int) -> Town:
        return self._towns[number % len(self._towns)]

    def _group(self, name: str, approach: str, fellowship: str = "", *, town: int = 0, **given: Any) -> MadeGroup:
        profile: Profile = _PROFILES[approach, fellowship]
        group = self._builder.group(self._town(town), profile=profile, size=1, name=name, **given)
        group.meetings.clear()
        return group

    def _add(self, group: MadeGroup, name: str, town: int = 0, **values: Any) -> MadeMeeting:
        """Add a meeting, Tuesdays 7 pm in a room of the town unless said otherwise.

        `room` gives fields of a new room of its own, None no room at all.
        """
        here = self._town(town)
        room = values.pop("room", {})
        traits = values.pop("traits", {})
        venue = None if room is None else self._builder.room(here, is_new=bool(room), **room)
        fields = {
            "name": name,
            "rrule": "FREQ=WEEKLY;BYDAY=TU",
            "first_on": None,
            "start_time": _SEVEN,
            "duration": _HOUR,
            "open_to": OpenTo.ANYONE.value,
            **({} if venue is None else {"in_person": _OPEN}),
            **values,
        }
        meeting = self._builder.meeting(group, here, venue, fields, traits)
        group.meetings.append(meeting)
        return meeting

    def smart_on_weekday_evenings(self) -> Iterator[MadeGroup]:
        """Five groups, every weekday evening; the women's one has child care each evening."""
        names = ("Tools at the Table", "Harbor SMART", "The Science Corner", "Evening Tools", "South Shore SMART")
        for number, name in enumerate(names):
            group = self._group(name, "smart-recovery", town=number)
            for day in range(5):
                self._add(
                    group, name, number,
                    rrule=f"FREQ=WEEKLY;BYDAY={_DAYS[day]}",
                    start_time=_HALF_PAST_SIX if (day + number) % 2 else _SEVEN,
                    duration=timedelta(minutes=90),
                    observers=Observers.WELCOME.value,
                    is_good_first_visit=True,
                    traits={
                        ("format", "check-in"): _YES, ("format", "tool-practice"): _YES,
                        ("feature", "cross-talk"): _YES, ("access", "wheelchair"): _YES,
                        ("language", "en"): _YES,
                    },
                )  # fmt: skip
            yield group
        women = self._group("Her Own Tools", "smart-recovery")
        self._add(
            women, "Her Own Tools",
            rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
            traits={
                ("focus", "women"): TraitValue.ONLY.value, ("feature", "child-care"): _YES,
                ("format", "check-in"): _YES, ("language", "en"): _YES,
            },
        )  # fmt: skip
        yield women

    def schedules(self) -> MadeGroup:
        group = self._group("The Calendar Group", "twelve-step", "aa")
        soon = self._monday + timedelta(days=7)
        several: dict[str, dict[str, Any]] = {
            "Every day at noon": {"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "start_time": time(12, 0)},
            "Weekday mornings": {"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "start_time": time(7, 0)},
            "Mondays and Thursdays": {"rrule": "FREQ=WEEKLY;BYDAY=MO,TH", "start_time": time(20, 0)},
            "Every other Wednesday": {
                "rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE",
                "first_on": FORTNIGHTS_FROM + timedelta(days=2),
            },
            "The Wednesday between": {
                "rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE",
                "first_on": FORTNIGHTS_FROM + timedelta(days=9),
            },
            "Every third Saturday": {
                "rrule": "FREQ=WEEKLY;INTERVAL=3;BYDAY=SA",
                "first_on": FORTNIGHTS_FROM + timedelta(days=5),
                "start_time": time(10, 0),
            },
            "First Monday": {"rrule": "FREQ=MONTHLY;BYDAY=1MO"},
            "Second and fourth Sunday": {"rrule": "FREQ=MONTHLY;BYDAY=2SU,4SU", "start_time": time(17, 0)},
            "Fifth Tuesday": {"rrule": "FREQ=MONTHLY;BYDAY=5TU"},
            "Last Friday": {"rrule": "FREQ=MONTHLY;BYDAY=-1FR", "start_time": time(20, 0)},
            "Quarterly Sunday": {
                "rrule": "FREQ=MONTHLY;INTERVAL=3;BYDAY=1SU",
                "first_on": date(2024, 1, 7),
                "start_time": time(15, 0),
            },
            "An afternoon together": {
                "rrule": "",
                "first_on": soon + timedelta(days=5),
                "start_time": time(14, 0),
                "duration": timedelta(hours=4),
            },
            "A day in two months": {"rrule": "", "first_on": soon + timedelta(days=61), "start_time": time(10, 0)},
            "Six weeks only": {"first_on": soon + timedelta(days=1), "last_on": soon + timedelta(days=36)},
            "Until the end of next month": {"last_on": soon + timedelta(days=40)},
            "Late train": {
                "rrule": "FREQ=WEEKLY;BYDAY=FR,SA",
                "start_time": time(23, 30),
                "duration": timedelta(minutes=90),
            },
            "Midnight candle": {"rrule": "FREQ=WEEKLY;BYDAY=SA", "start_time": time(0, 0)},
            "As long as it takes": {"rrule": "FREQ=WEEKLY;BYDAY=TH", "duration": None},
            "By appointment": {"rrule": "", "start_time": None, "duration": None},
        }
        for name, values in several.items():
            self._add(group, name, **values)
        return group

    def changed_dates(self) -> MadeGroup:
        """Pauses, and dates that are cancelled, moved, held online only, or carry a note."""
        group = self._group("The Weather Group", "lifering", town=1)
        soon = self._monday + timedelta(days=7)
        every_day = {"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"}
        paused = self._add(group, "Paused for two weeks", 1)
        paused.pauses.append((soon, soon + timedelta(days=13), words.PAUSE_REASONS[0]))
        holidays = self._add(group, "Paused twice", 1, rrule="FREQ=WEEKLY;BYDAY=TH")
        holidays.pauses.append((soon + timedelta(days=21), soon + timedelta(days=27), words.PAUSE_REASONS[1]))
        holidays.pauses.append((soon + timedelta(days=42), soon + timedelta(days=48), words.PAUSE_REASONS[2]))
        cancelled = self._add(group, "One date cancelled", 1, **every_day)
        cancelled.changes.append({"is_cancelled": True, "cancelled_reason": words.CANCELLED_REASONS[0]})
        moved = self._add(group, "One date later", 1, rrule="FREQ=WEEKLY;BYDAY=WE")
        moved.changes.append({"moved_by": timedelta(hours=2), "note": "Two hours later, just this once."})
        next_day = self._add(group, "One date the day after", 1, rrule="FREQ=WEEKLY;BYDAY=SU")
        next_day.changes.append({"moved_by": timedelta(days=1), "duration": timedelta(hours=2)})
        online = self._add(group, "One date online only", 1, **every_day, **self._builder.online())
        online.changes.append({"is_online_only": True, "note": "The building is closed; use the link."})
        noted = self._add(group, "One date with cake", 1, **every_day)
        noted.changes.append({"note": "Somebody has been coming for ten years. There will be cake."})
        return group

    def ways_in(self) -> MadeGroup:
        group = self._group("Every Door", "recovery-dharma", town=2)
        online, phone = self._builder.online, self._builder.phone
        self._add(group, "In a room", 2)
        self._add(group, "On a link", 2, room=None, **online())
        self._add(group, "In a room and on a link", 2, **online())
        self._add(group, "By phone only", 2, room=None, **phone())
        self._add(group, "On a link or by phone", 2, room=None, **online(), **phone())
        self._add(group, "In a room, on a link, by phone", 2, **online(), **phone())
        self._add(
            group, "At any time: the forum", 2, room=None, rrule="", start_time=None, duration=None,
            any_time=_OPEN, join_url="https://forum.example.org/every-door",
        )  # fmt: skip
        self._add(group, "Room closed for now, link open", 2, **{**online(), "in_person": _SUSPENDED})
        self._add(
            group, "Room and link closed for now", 2,
            **{**online(), "in_person": _SUSPENDED, "online": _SUSPENDED},
            review_flags=[ReviewFlag.NO_WAY_IN.value],
        )  # fmt: skip
        return group

    def who_may_come(self) -> MadeGroup:
        group = self._group("House Rules", "the-phoenix", town=3)
        for open_to in OpenTo:
            self._add(group, f"Who: {open_to.label}", 3, open_to=open_to.value)
        for observers in Observers:
            self._add(group, f"Observers: {observers.label}", 3, observers=observers.value)
        self._add(group, "A good first visit", 3, is_good_first_visit=True, traits={("format", "newcomer"): _YES})
        self._add(group, "For those who know the way", 3, is_good_first_visit=False, open_to=OpenTo.MEMBERS.value)
        self._add(group, "Adults", 3, min_age=18)
        self._add(group, "Eighteen to thirty", 3, min_age=18, max_age=30, traits={("focus", "young-people"): "only"})
        self._add(group, "Over sixty", 3, min_age=60, traits={("focus", "older-adults"): TraitValue.ONLY.value})
        for number, rule in enumerate(words.GENDER_RULES):
            focus = "men" if number == 1 else "women"
            self._add(group, rule, 3, gender_rule=rule, traits={("focus", focus): TraitValue.ONLY.value})
        self._add(group, "A walk, two days sober", 3, sober_hours=48, agreement=words.AGREEMENTS[0])
        online = self._builder.online
        self._add(
            group, "Cameras on, please", 3, room=None, needs_camera=True, agreement=words.AGREEMENTS[1], **online()
        )
        self._add(group, "No camera, no account", 3, room=None, needs_camera=False, needs_account=False, **online())
        self._add(group, "With an account", 3, room=None, needs_account=True, **online())
        return group

    def join_details(self) -> MadeGroup:
        group = self._group("The Doorbell", "women-for-sobriety", town=0)
        for visibility in JoinVisibility:
            details = {
                **self._builder.online(visibility),
                "join_passcode": "kettle",
                "join_notes": "You wait a moment in a waiting room. Your first name, or any name, is enough.",
            }
            self._add(group, f"Link: {visibility.label}", 0, room=None, **details)
        both = {**self._builder.online(JoinVisibility.ON_PRESS), **self._builder.phone()}
        self._add(group, "Link or phone with a code", 0, room=None, **both, join_phone_notes="Meeting code 555 0123")
        return group

    def places_to_sit(self) -> MadeGroup:
        group = self._group("Anywhere Warm", "refuge-recovery", town=4)
        nowhere = {"latitude": None, "longitude": None, "place_id": None, "name": "To be announced", "street": ""}
        self._add(group, "At somebody's home", 4, room={"name": "", "is_private_home": True})
        self._add(
            group, "Somewhere in the park", 4, room={"name": "Example Park", "street": "", "is_approximate": True}
        )
        self._add(group, "Place not on the map", 4, room=nowhere, review_flags=[ReviewFlag.POSITION_MISSING.value])
        return group

    def keeping_a_seat(self) -> MadeGroup:
        group = self._group("The Small Room", "moderation-management", town=5)
        for policy in RsvpPolicy:
            self._add(group, f"{policy.label}", 5, rsvp_policy=policy.value)
            if policy != RsvpPolicy.OFF:
                self._add(group, f"{policy.label}: eight chairs", 5, rsvp_policy=policy.value, capacity=8)
        self._add(
            group, "One chair", 5, rsvp_policy=RsvpPolicy.NEEDED.value, capacity=1, host_sees_aliases=True,
            rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
        )  # fmt: skip
        return group

    def known_and_unknown(self) -> MadeGroup:
        """What is said, denied and left open, and what a meeting says apart from its group."""
        group = self._group("Said and Unsaid", "celebrate-recovery", town=6)
        self._add(group, "Nothing said", 6, open_to=OpenTo.UNKNOWN.value)
        self._add(
            group,
            "Steps and child care",
            6,
            traits={("access", "wheelchair"): _YES, ("feature", "child-care"): _YES, ("access", "step-free"): _YES},
        )
        self._add(
            group,
            "Stairs, no children",
            6,
            traits={
                ("access", "wheelchair"): _NO,
                ("feature", "child-care"): _NO,
                ("feature", "children-welcome"): _NO,
            },
        )
        self._add(
            group, "Signed in ASL", 6, traits={("access", "asl"): _YES, ("focus", "deaf-sign-language"): "welcome"}
        )
        self._add(group, "In Spanish", 6, traits={("language", "es"): _YES})
        self._add(group, "In two languages", 6, traits={("language", "en"): _YES, ("language", "fr"): _YES})
        self._add(
            group,
            "No religion in this one",
            6,
            own_belief="any",
            own_goals=["own-wellbeing"],
            own_covers=["grief-and-trauma"],
        )
        self._add(group, "An odd length", 6, duration=timedelta(hours=9), review_flags=[ReviewFlag.ODD_LENGTH.value])
        return group  # fmt: skip

    def teens(self) -> Iterator[MadeGroup]:
        """Meetings closed to adults: place and link are shown only where the fellowship agreed."""
        for fellowship in ("alateen", "narateen"):
            group = self._group(f"{fellowship.title()} Skylight", "al-anon-nar-anon", fellowship, town=7)
            rules = {"min_age": 13, "max_age": 19, "open_to": OpenTo.WITH_THE_ISSUE.value}
            focus = {("focus", "teens"): TraitValue.ONLY.value}
            self._add(group, "Skylight", 7, **rules, traits=dict(focus))
            self._add(group, "Skylight, agreed to be shown", 7, **rules, traits=dict(focus), is_teen_consented=True)
            yield group

    def states(self) -> Iterator[MadeGroup]:
        group = self._group("Coming and Going", "sos", town=8)
        for state in ListingState:
            self._add(group, f"A meeting that is {state.label.lower()}", 8, state=state.value)
        yield group
        for hiding in GroupState:
            if hiding != GroupState.PUBLIC:
                hidden = self._group(f"A group that is {hiding.label.lower()}", "sos", town=8, state=hiding.value)
                self._add(hidden, hidden.values["name"], 8)
                yield hidden
