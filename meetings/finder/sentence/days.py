"""Dates in a sentence: "24 December", "Dec 24", "24.12.", "on the 24th", "Christmas Eve".

A date without a year is the next one. Of two figures the first is the day, unless the sentence
is English ("12/24") or it cannot be. One that is over is no date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from dateutil.easter import easter

from meetings.finder.sentence.lexicon import Lexicon, Phrase
from meetings.finder.sentence.spoken import Spoken
from meetings.finder.sentence.tokens import Token

_FIGURES = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)"
    r"|(?P<first>\d{1,2})(?P<sign>[./])(?P<second>\d{1,2})(?:(?P=sign)(?P<after>\d{4}|(?!\d)))?(?![\d/])"
)
_ORDINAL = re.compile(r"(\d{1,2})(st|nd|rd|th|er|re|o|a)")
_ENGLISH = ("st", "nd", "rd", "th")
# "Open 24/7" is no day of July.
_ALWAYS = "24/7"
_YEARS = range(1900, 2100)
_LEAP = 9
# What may follow a day that is told by its number alone: "on the 24th online", no "11th step" and no "1st Tuesday".
_MAY_FOLLOW = frozenset({"time", "clock", "attendance", "soon", "near"})


class Days:
    """The dates of one sentence."""

    def __init__(self, text: str, tokens: Sequence[Token], spoken: Spoken, *, today: date) -> None:
        self.text, self.tokens, self.spoken, self.today = text, tokens, spoken, today
        self.lexicon: Lexicon = spoken.lexicon
        self.known = self.lexicon.words.dates
        self.words = [token.folded for token in tokens]

    def at(self, position: int) -> tuple[int, date | None]:
        """Return how many tokens the date that begins here takes, and which it is; 0 for none."""
        if found := self._figures(position):
            return found
        length = self.known.feasts.at(self.words, position)
        if length:
            return length, self._feast(tuple(self.words[position : position + length]))
        before = self.known.on.at(self.words, position)
        for skipped in dict.fromkeys((before, 0)):
            taken, on = self._with_month(position + skipped)
            if on:
                return skipped + taken, on
        return self._day_alone(position, before) if before else (0, None)

    # Figures alone

    def _figures(self, position: int) -> tuple[int, date] | None:
        start = self.tokens[position].start
        match = _FIGURES.match(self.text, start)
        if not match or match[0] == _ALWAYS or self._is_time(position, match):
            return None
        if match["year"]:
            on = self._exact(int(match["year"]), int(match["month"]), int(match["day"]))
        else:
            first, second, year = int(match["first"]), int(match["second"]), match["after"]
            is_month_first = match["sign"] == "/" and second <= 31 and (second > 12 or self._is_english())
            month, day = (first, second) if is_month_first and first <= 12 else (second, first)
            on = self._exact(int(year), month, day) if year else self._next(month, day)
        end = next((n for n in range(position, len(self.tokens)) if self.tokens[n].start >= match.end()), None)
        return ((len(self.tokens) if end is None else end) - position, on) if on else None

    def _is_time(self, position: int, match: re.Match[str]) -> bool:
        """Return whether "7.30" is a time of the day: a date has a dot or a year after it, and no word for an hour."""
        if match["sign"] != ".":
            return False
        clock = self.lexicon.words.clock
        after = next((n for n in range(position, len(self.tokens)) if self.tokens[n].start >= match.end()), None)
        is_signed = after is not None and (clock.hours.at(self.words, after) or clock.am.at(self.words, after))
        is_after_at = any(
            before.at(self.words, position - length) == length
            for before in (clock.at, clock.after, clock.before)
            for length in (1, 2)
            if position >= length
        )
        return match["after"] is None or bool(is_signed) or (is_after_at and not match["after"])

    def _is_english(self) -> bool:
        """Return whether the page is English, or of no language, and no word is of other languages alone."""
        spoken = [self.lexicon.words.languages.get(word) for word in self.words if word.isalpha()]
        return self.spoken.page_language in ("", "en") and all(of is None or "en" in of for of in spoken)

    # With words

    def _with_month(self, position: int) -> tuple[int, date | None]:
        """Read "24 December", "the 24th of December 2026", "December 24"."""
        day, month, at = self._day(position), 0, position + 1
        if day:
            at += self.known.of.at(self.words, at)
            month, length = self._month(at)
            at += length
        else:
            month, length = self._month(position)
            at = position + length
            day = self._day(at) if month else 0
            at += 1
            if day and self._is_followed_by_unit(at):
                day = 0
        if not (day and month) or self._is_street(position, at):
            return 0, None
        of = self.known.of.at(self.words, at)
        year = self.tokens[at + of].number if at + of < len(self.tokens) else None
        if year is not None and year in _YEARS:
            return at + of + 1 - position, self._exact(year, month, day)
        return at - position, self._next(month, day)

    def _is_street(self, first: int, end: int) -> bool:
        """Return whether a street is called so: "24 June Street", "calle 5 de mayo"."""
        words = self.lexicon.words
        before = first - 1
        while before >= 0 and self.words[before] in words.stop:
            before -= 1
        is_named_before = before >= 0 and self.words[before] in words.street_first
        return is_named_before or (end < len(self.words) and self.words[end] in words.street)

    def _day_alone(self, position: int, before: int) -> tuple[int, date | None]:
        """Read "on the 24th", "am 24.", "le 24"."""
        at = position + before
        day, form = self._day(at), self.known.forms[tuple(self.words[position : position + before])]
        if not day or not self._may_follow(at + 1):
            return 0, None
        end = self.tokens[at].end
        ordinal = _ORDINAL.fullmatch(self.words[at])
        is_said = {
            "ordinal": ordinal is not None and ordinal[2] in _ENGLISH,
            "dot": self.text[end : end + 1] == ".",
            "plain": True,
        }[form]
        return (before + 1, self._next_of_number(day)) if is_said else (0, None)

    def _may_follow(self, at: int) -> bool:
        if at >= len(self.tokens):
            return True
        words = self.lexicon.words
        if self._is_followed_by_unit(at) or words.clock.and_.at(self.words, at):
            return False
        if self.words[at] in words.stop or words.near.at(self.words, at) or words.inside.at(self.words, at):
            return True
        length = self.spoken.at(at)
        return bool(length) and self.spoken.meaning(at, length)[0][0] in _MAY_FOLLOW

    def _is_followed_by_unit(self, at: int) -> bool:
        clock, amount = self.lexicon.words.clock, self.lexicon.words.amount
        units = (clock.am, clock.pm, clock.hours, clock.last, amount.minutes, amount.hours, amount.km, amount.mi)
        return any(unit.at(self.words, at) for unit in units)

    def _day(self, position: int) -> int:
        """Return the day of a month that stands here as "24", "24th" or "1er"; 0 for none."""
        if not 0 <= position < len(self.tokens):
            return 0
        token = self.tokens[position]
        ordinal = _ORDINAL.fullmatch(token.folded)
        number = int(ordinal[1]) if ordinal else token.number if token.minute is None else 0
        return number if number and number <= 31 else 0

    def _month(self, position: int) -> tuple[int, int]:
        length = self.known.months.at(self.words, position)
        return self.known.numbers[tuple(self.words[position : position + length])] if length else 0, length

    # Which day it is

    def _feast(self, phrase: Phrase) -> date | None:
        named = self.known.days[phrase]
        if named == "thanksgiving":
            return self._first(_thanksgiving)
        if named.startswith("easter"):
            moved = timedelta(days=int(named.removeprefix("easter") or 0))
            return self._first(lambda year: easter(year) + moved)
        month, _sign, day = named.partition("-")
        return self._next(int(month), int(day))

    def _first(self, of_year: Callable[[int], date]) -> date:
        this = of_year(self.today.year)
        return this if this >= self.today else of_year(self.today.year + 1)

    def _next(self, month: int, day: int) -> date | None:
        """Return the next date of this month and day; None for 31 April."""
        for year in range(self.today.year, self.today.year + _LEAP):
            if on := self._exact(year, month, day):
                return on
        return None

    def _next_of_number(self, day: int) -> date | None:
        """Return the next date that has this number in its month."""
        for ahead in range(62):
            if (on := self.today + timedelta(days=ahead)).day == day:
                return on
        return None

    def _exact(self, year: int, month: int, day: int) -> date | None:
        try:
            on = date(year, month, day)
        except ValueError:
            return None
        return on if on >= self.today else None


def _thanksgiving(year: int) -> date:
    """Return the fourth Thursday of November, as in the United States."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)
