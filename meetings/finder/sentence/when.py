"""Times, lengths of time and distances in a sentence: "after 7pm", "in the next two hours", "within 10 km".

A time alone means meetings that start from half an hour before until an hour after it. An
hour that may be morning or evening is the one the rest of the sentence speaks of; else 1 to 8
are after noon, and 9 to 12 before it and at noon, as most meetings are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from meetings.finder.sentence.lexicon import Longest
from meetings.finder.sentence.reading import Pair
from meetings.finder.sentence.spoken import Spoken
from meetings.finder.sentence.tokens import Token

BEFORE_MINUTES, AFTER_MINUTES = 30, 60
_DAY = 1440
# Hours of which nobody says which half of the day they are in.
_FIRST_BEFORE_NOON = 9 * 60
# "Les deux prochaines heures": said after the number.
_NEXT = frozenset({"prochaines", "prochains", "proximas", "proximos", "nachsten"})
_LONGEST_SOON = 7 * 24 * 60
_HYPHENS = "-–—"


class Hour(NamedTuple):
    """A time as it was said; unsure whether before or after noon unless `is_sure`.

    "8 Uhr" and "8h" are read by a clock of 24 hours, unless the sentence says "evening".
    "Halb acht" is 8, `moved` by -30 minutes.
    """

    hour: int
    minute: int
    is_sure: bool
    is_of_24: bool = False
    moved: int = 0

    def minutes(self, half: str) -> int:
        """Return the minute of the day; `half` is "am" or "pm" where the sentence says so, else ""."""
        hour = self.hour % 12 + (12 if half == "pm" else 0) if half and not self.is_sure else self.hour
        minutes = hour * 60 + self.minute + self.moved
        if not (half or self.is_sure or self.is_of_24) and minutes < _FIRST_BEFORE_NOON:
            minutes += _DAY // 2
        return minutes % _DAY


class Times(NamedTuple):
    """Starts asked for: around one time, or from one and until another."""

    around: Hour | None = None
    first: Hour | None = None
    last: Hour | None = None

    def pairs(self, half: str) -> list[Pair]:
        if self.around:
            at = self.around.minutes(half)
            return [("from", _clock(at - BEFORE_MINUTES)), ("until", _clock(at + AFTER_MINUTES))]
        bounds = [("from", self.first), ("until", self.last)]
        return [(name, _clock(hour.minutes(half))) for name, hour in bounds if hour]


def _clock(minute: int) -> str:
    minute %= _DAY
    return f"{minute // 60:02}:{minute % 60:02}"


class Numbers:
    """Reads what has numbers in it. Every method returns how many tokens it took, 0 for none."""

    def __init__(self, text: str, tokens: Sequence[Token], spoken: Spoken) -> None:
        self.text, self.tokens, self.spoken = text, tokens, spoken
        self.words, self.lexicon = spoken.words, spoken.lexicon
        # Which tokens are of a date, and no number of anything else.
        self.of_dates: set[int] = set()

    # Distances and lengths of time

    def distance(self, position: int) -> tuple[int, list[Pair]]:
        """Read "10 km", "five miles"."""
        length, number = self._number(position)
        after = position + length
        for unit, longest in (("km", self.lexicon.words.amount.km), ("mi", self.lexicon.words.amount.mi)):
            taken = longest.at(self.words, after) if length else 0
            if taken and number:
                return length + taken, [("within", str(number)), ("unit", unit)]
        return 0, []

    def soon(self, position: int) -> tuple[int, list[Pair]]:
        """Read "in the next two hours"; but not "within 30 minutes of Boston", which is a way to go."""
        amount = self.lexicon.words.amount
        before = amount.in_.at(self.words, position)
        length, number = self._number(position + before) if before else (0, 0)
        after = position + before + length
        if length and after < len(self.words) and self.words[after] in _NEXT:
            after += 1
        for minutes, longest in ((1, amount.minutes), (60, amount.hours)):
            taken = longest.at(self.words, after) if length else 0
            if not taken or not 0 < number * minutes <= _LONGEST_SOON:
                continue
            if amount.away.at(self.words, after + taken):
                return 0, []
            return after + taken - position, [("soon", str(number * minutes))]
        return 0, []

    def _number(self, position: int) -> tuple[int, int]:
        if position >= len(self.tokens) or position in self.of_dates:
            return 0, 0
        token = self.tokens[position]
        if token.minute is None and token.number is not None:
            return 1, token.number
        length = self.lexicon.numbers.at(self.words, position)
        return length, self.lexicon.words.numbers[tuple(self.words[position : position + length])] if length else 0

    # Times of the day

    def times(self, position: int) -> tuple[int, Times | None]:
        """Read "7pm", "at 7", "after 18 Uhr", "entre las 5 y las 7", "6-8pm"."""
        clock = self.lexicon.words.clock
        length, times = self._range(position, clock.between.at(self.words, position))
        if not times:
            length, times = self._range(position, 0)
        if times:
            return length, times
        best: tuple[int, Times | None] = 0, None
        for kind, longest in (("first", clock.after), ("last", clock.before), ("around", clock.at)):
            before = longest.at(self.words, position)
            length, hour = self._hour(position + before, is_bare_allowed=True) if before else (0, None)
            if hour and before + length > best[0]:
                best = before + length, Times(**{kind: hour})
        if best[1]:
            return best
        length, hour = self._hour(position, is_bare_allowed=False)
        return (length, Times(around=hour)) if hour else (0, None)

    def _range(self, position: int, before: int) -> tuple[int, Times | None]:
        """Read two times after so many words such as "between"."""
        length, first = self._hour(position + before, is_bare_allowed=True)
        at = position + before + length
        if not first or at >= len(self.tokens):
            return 0, None
        is_hyphen = any(sign in self.text[self.tokens[at - 1].end : self.tokens[at].start] for sign in _HYPHENS)
        joined = 0 if is_hyphen else self.lexicon.words.clock.and_.at(self.words, at)
        if not is_hyphen and not (joined and (before or first.is_sure)):
            return 0, None
        taken, last = self._hour(at + joined, is_bare_allowed=True)
        if not last:
            return 0, None
        if last.is_sure and not first.is_sure:
            # "5 and 7pm" are both after noon; "11 to 1pm" begins before it.
            earlier = [hour for hour in (first.hour + 12, first.hour) if hour <= last.hour and hour < 24]
            first = Hour(earlier[0] if earlier else first.hour, first.minute, is_sure=True)
        return at + joined + taken - position, Times(first=first, last=last)

    def _hour(self, position: int, *, is_bare_allowed: bool) -> tuple[int, Hour | None]:
        """Read one time of the day. A bare number is one only after a word that says so."""
        if position in self.of_dates:
            return 0, None
        moved, move = self._move(position, self.lexicon.words.clock.first)
        begins, position, is_bare_allowed = position, position + moved, is_bare_allowed or bool(moved)
        length = self.spoken.at(position)
        if length:
            meaning = self.spoken.meaning(position, length)
            if meaning[0][0] == "clock":
                named, _sign, after = meaning[0][1].partition(":")
                moved, later = self._move(position + length, self.lexicon.words.clock.last)
                at = position + length + moved
                return at - begins, Hour(int(named), int(after), is_sure=True, moved=move + later)
        if position >= len(self.tokens) or position in self.of_dates:
            return 0, None
        token = self.tokens[position]
        length, hour = self._number(position) if token.minute is None else (1, token.number or 0)
        minute = token.minute or 0
        if not length or hour > 24:
            return 0, None
        clock, at = self.lexicon.words.clock, position + length
        if self.distance(position)[0]:
            return 0, None
        is_sure = hour > 12 or hour == 0 or (token.minute is not None and token.raw[0] == "0")
        signed = clock.hours.at(self.words, at)
        if signed:
            # "18 h 30": the minutes come after the sign.
            at += signed
            taken, past = self._number(at)
            if taken and past < 60:
                minute, at = past, at + taken
        moved, later = self._move(at, clock.last)
        move, at = move + later, at + moved
        if moved and not signed and (signed := clock.hours.at(self.words, at)):
            at += signed
        half = ""
        for name, longest in (("am", clock.am), ("pm", clock.pm)):
            if (taken := longest.at(self.words, at)) and hour <= 12 and self.spoken.is_half(at, taken):
                half, at = name, at + taken
                break
        if half:
            return at - begins, Hour(hour % 12 + (12 if half == "pm" else 0), minute, is_sure=True, moved=move)
        if not (signed or moved or is_bare_allowed or token.minute is not None):
            return 0, None
        if not (signed or moved) and self._is_article(position):
            return 0, None
        return at - begins, Hour(hour, minute, is_sure=is_sure, is_of_24=bool(signed), moved=move)

    def _is_article(self, position: int) -> bool:
        """Return whether "one" may be "a" as well: "à une réunion" is no hour, though "a la una" is one."""
        is_one = self.words[position] in self.lexicon.words.stop and self._number(position)[1] == 1
        return is_one and (not position or self.words[position - 1] != "la")

    def _move(self, position: int, phrases: Longest) -> tuple[int, int]:
        """Read "half past" and "e meia": how many words, and how many minutes they move an hour."""
        length = phrases.at(self.words, position)
        return length, self.lexicon.words.clock.moves[tuple(self.words[position : position + length])] if length else 0
