"""How often each kind of group comes, and what its meetings are like.

Shares are guesses for measuring and for show, no statistics of any fellowship. The shapes
follow the catalogue: who leads, which formats exist, who may come.
"""

from dataclasses import dataclass, field

from meetings.demo.chance import Shares
from meetings.enums import Observers, OpenTo


@dataclass(frozen=True)
class Profile:
    """One kind of group. Shares of formats are chances of each, apart from one another."""

    approach: str
    fellowship: str = ""
    weight: float = 1.0
    title: str = ""
    formats: dict[str, float] = field(default_factory=dict)
    focus: dict[str, float] = field(default_factory=dict)
    features: dict[str, float] = field(default_factory=dict)
    is_mostly_online: bool = False
    is_in_person_only: bool = False
    countries: tuple[str, ...] = ()
    open_to: Shares[OpenTo] = field(
        default_factory=lambda: Shares({OpenTo.ANYONE: 45, OpenTo.WITH_THE_ISSUE: 30, OpenTo.UNKNOWN: 25})
    )

    @property
    def key(self) -> str:
        return self.fellowship or self.approach


_CLOSED = Shares({OpenTo.WITH_THE_ISSUE: 80, OpenTo.UNKNOWN: 20})
_OPEN = Shares({OpenTo.ANYONE: 85, OpenTo.UNKNOWN: 15})
_STEPS = {"discussion": 0.3, "speaker": 0.12, "step-study": 0.14, "literature": 0.1, "newcomer": 0.08, "topic": 0.1}
_PEOPLE = {"women": 0.06, "men": 0.05, "lgbtq": 0.03, "young-people": 0.03, "older-adults": 0.01}

OBSERVERS: Shares[Observers] = Shares(
    {
        Observers.UNKNOWN: 62,
        Observers.WELCOME: 18,
        Observers.TELL_THE_HOST: 8,
        Observers.LISTEN_ONLY: 7,
        Observers.NO: 5,
    }
)

PROFILES: tuple[Profile, ...] = (
    Profile(
        "twelve-step", "aa", 46, "AA",
        formats={**_STEPS, "big-book": 0.16, "eleventh-step": 0.05, "meditation": 0.04, "daily-reflections": 0.04},
        focus={**_PEOPLE, "secular": 0.01, "people-of-color": 0.01, "indigenous": 0.004, "professionals": 0.003},
        features={"digital-basket": 0.08, "candlelight": 0.02, "with-al-anon": 0.02, "proof-of-attendance": 0.1},
    ),
    Profile(
        "twelve-step", "na", 15, "NA",
        formats={**_STEPS, "basic-text": 0.1, "just-for-today": 0.08, "it-works": 0.04},
        focus=_PEOPLE, features={"candlelight": 0.05, "proof-of-attendance": 0.06},
    ),
    Profile("twelve-step", "ca", 1.2, "CA", formats=_STEPS, focus=_PEOPLE),
    Profile("twelve-step", "cma", 1.4, "CMA", formats=_STEPS, focus={**_PEOPLE, "lgbtq": 0.2}),
    Profile("twelve-step", "ha", 0.6, "HA", formats=_STEPS, focus=_PEOPLE),
    Profile("twelve-step", "ma", 0.6, "MA", formats=_STEPS, focus=_PEOPLE),
    Profile("twelve-step", "nica", 0.2, "Nicotine Anonymous", formats=_STEPS),
    Profile("twelve-step", "ga", 1.4, "GA", formats={"discussion": 0.4, "topic": 0.2}, open_to=_CLOSED),
    Profile(
        "twelve-step", "oa", 2.4, "OA",
        formats={**_STEPS, "for-today": 0.1, "voices-of-recovery": 0.1}, focus=_PEOPLE,
    ),
    Profile("twelve-step", "slaa", 1.2, "SLAA", formats=_STEPS, focus={"women": 0.12, "men": 0.15}),
    Profile("twelve-step", "saa", 1.2, "SAA", formats=_STEPS, focus={"women": 0.08, "men": 0.2}),
    Profile("twelve-step", "da", 0.6, "DA", formats={**_STEPS, "clutter": 0.05}),
    Profile("twelve-step", "coda", 1.6, "CoDA", formats=_STEPS, focus=_PEOPLE),
    Profile("adult-children", "aca", 2.2, "ACA", formats={**_STEPS, "strengthening-my-recovery": 0.2}, focus=_PEOPLE),
    Profile(
        "al-anon-nar-anon", "al-anon", 8, "Al-Anon", formats=_STEPS,
        focus={"women": 0.04, "men": 0.02, "parents": 0.06, "adult-children": 0.06}, features={"child-care": 0.04},
    ),
    Profile("al-anon-nar-anon", "alateen", 0.4, "Alateen", focus={"teens": 1.0}, open_to=_CLOSED),
    Profile("al-anon-nar-anon", "narateen", 0.1, "Narateen", focus={"teens": 1.0}, open_to=_CLOSED),
    Profile("al-anon-nar-anon", "nar-anon", 0.8, "Nar-Anon", formats=_STEPS, focus={"parents": 0.2}),
    Profile("al-anon-nar-anon", "gam-anon", 0.2, "Gam-Anon", features={"with-gam-anon": 0.2}),
    Profile("al-anon-nar-anon", "families-anonymous", 0.3, "Families Anonymous", formats={"discussion": 0.4}),
    Profile("al-anon-nar-anon", "pal", 0.5, "PAL", formats={"lesson": 0.6}, focus={"parents": 0.8}),
    Profile(
        "smart-recovery", "", 4.5, "SMART Recovery", formats={"check-in": 0.6, "tool-practice": 0.4, "discussion": 0.3},
        focus={**_PEOPLE, "veterans-and-first-responders": 0.03},
        features={"cross-talk": 0.6, "proof-of-attendance": 0.35}, open_to=_OPEN,
    ),
    Profile("smart-family-friends", "", 0.6, "SMART Family & Friends", formats={"tool-practice": 0.4}, open_to=_OPEN),
    Profile(
        "refuge-recovery", "", 1.2, "Refuge Recovery",
        formats={"meditation": 0.8, "inventory-study": 0.15, "book-study": 0.3}, focus=_PEOPLE, open_to=_OPEN,
    ),
    Profile(
        "recovery-dharma", "", 1.8, "Recovery Dharma",
        formats={"meditation": 0.8, "inquiry-study": 0.2, "book-study": 0.3, "eightfold-path": 0.1},
        focus={**_PEOPLE, "people-of-color": 0.05}, open_to=_OPEN,
    ),
    Profile(
        "sos", "", 0.4, "SOS", formats={"discussion": 0.7},
        is_in_person_only=True, countries=("US",), open_to=_OPEN,
    ),
    Profile(
        "celebrate-recovery", "", 4.5, "Celebrate Recovery",
        formats={"large-group": 0.6, "open-share": 0.5, "lesson": 0.3, "testimony": 0.3, "step-study": 0.15},
        focus={"christian": 0.3, "women": 0.1, "men": 0.1},
        features={"child-care": 0.25, "children-program": 0.2, "refreshments": 0.2}, open_to=_OPEN,
    ),
    Profile(
        "lifering", "", 0.9, "LifeRing", formats={"check-in": 0.8, "discussion": 0.3}, focus={"women": 0.08},
        features={"cross-talk": 0.7, "proof-of-attendance": 0.2},
    ),
    Profile(
        "women-for-sobriety", "", 0.5, "Women for Sobriety",
        formats={"statement-study": 0.5}, focus={"women": 1.0}, open_to=_CLOSED,
    ),
    Profile("secular-12-step", "aa", 0.9, "Secular AA", formats=_STEPS, focus={**_PEOPLE, "secular": 1.0}),
    Profile(
        "wellbriety", "", 0.5, "Wellbriety",
        formats={"talking-circle": 0.8}, focus={"indigenous": 0.7}, features={"outdoors": 0.1},
        countries=("US", "CA"), open_to=_OPEN,
    ),
    Profile(
        "millati-islami", "", 0.2, "Millati Islami",
        formats={"discussion": 0.5}, focus={"muslim": 0.6}, countries=("US",),
    ),
    Profile("jacs", "", 0.1, "JACS", formats={"discussion": 0.5}, focus={"jewish": 0.8}, countries=("US",)),
    Profile(
        "moderation-management", "", 0.3, "Moderation Management",
        formats={"discussion": 0.6}, is_mostly_online=True, open_to=_OPEN,
    ),
    Profile(
        "hams", "", 0.2, "HAMS",
        formats={"text-chat": 0.7, "discussion": 0.3}, is_mostly_online=True, open_to=_OPEN,
    ),
    Profile("mara", "", 0.4, "MARA", formats={"discussion": 0.6}, focus={"people-on-medication": 1.0}),
    Profile(
        "dual-recovery", "", 0.5, "Dual Recovery",
        formats={"discussion": 0.6, "step-study": 0.3}, focus={"co-occurring-mental-health": 1.0}, countries=("US",),
    ),
    Profile(
        "she-recovers", "", 0.4, "SHE RECOVERS",
        formats={"discussion": 0.5}, focus={"women": 1.0}, is_mostly_online=True, open_to=_CLOSED,
    ),
    Profile(
        "the-phoenix", "", 0.6, "The Phoenix",
        formats={"activity": 1.0, "social": 0.3}, features={"outdoors": 0.4}, countries=("US",), open_to=_OPEN,
    ),
    Profile(
        "in-the-rooms", "", 0.4, "In The Rooms",
        formats={"discussion": 0.5, "speaker": 0.2}, is_mostly_online=True,
    ),
    Profile(
        "recovery-community-centers", "", 0.7, "All-recovery",
        formats={"discussion": 0.5, "open-share": 0.3}, features={"refreshments": 0.2},
        countries=("US",), open_to=_OPEN,
    ),
    Profile(
        "danshukai", "", 0.4, "Danshukai",
        formats={"testimony": 0.7}, focus={"families": 0.5}, is_in_person_only=True, countries=("JP",),
    ),
    Profile(
        "alcohol-clubs", "", 0.4, "Club of Alcoholics in Treatment",
        formats={"discussion": 0.6}, focus={"families": 0.8},
        is_in_person_only=True, countries=("IT", "HR", "SI"), open_to=_CLOSED,
    ),
)  # fmt: skip

# Said of a room, apart from the approach: chance of yes, chance of no; the rest is unknown.
ROOM_TRAITS: dict[tuple[str, str], tuple[float, float]] = {
    ("access", "wheelchair"): (0.34, 0.06),
    ("access", "step-free"): (0.08, 0.04),
    ("access", "wheelchair-toilet"): (0.1, 0.05),
    ("access", "hearing-loop"): (0.03, 0.01),
    ("access", "fragrance-free"): (0.03, 0.0),
    ("feature", "child-care"): (0.02, 0.02),
    ("feature", "children-welcome"): (0.04, 0.02),
    ("feature", "parking"): (0.05, 0.0),
    ("feature", "refreshments"): (0.04, 0.0),
    ("feature", "smoking"): (0.01, 0.02),
    ("feature", "dogs-welcome"): (0.01, 0.01),
}
ANY_TRAITS: dict[tuple[str, str], tuple[float, float]] = {
    ("feature", "proof-of-attendance"): (0.05, 0.03),
    ("feature", "cross-talk"): (0.03, 0.06),
    ("access", "asl"): (0.008, 0.0),
}
ONLINE_TRAITS: dict[tuple[str, str], tuple[float, float]] = {
    ("access", "captions"): (0.08, 0.03),
    ("feature", "camera-on"): (0.06, 0.1),
    ("feature", "screened"): (0.05, 0.0),
}
# A focus that shuts others out more often than it is a welcome.
MOSTLY_ONLY = frozenset({"women", "men", "teens", "christian"})
