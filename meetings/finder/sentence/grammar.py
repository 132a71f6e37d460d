"""Reads a sentence from left to right; at each word the longest thing that is known is meant."""

from __future__ import annotations

import re
from datetime import date, timedelta

from meetings.finder.clock import DAYS, TODAY, TOMORROW
from meetings.finder.sentence import spellings
from meetings.finder.sentence.days import Days
from meetings.finder.sentence.lexicon import Lexicon, Meaning
from meetings.finder.sentence.reading import Pair, Part, Reading
from meetings.finder.sentence.spoken import Spoken
from meetings.finder.sentence.tokens import split, with_plain_digits, without_marks
from meetings.finder.sentence.when import Numbers, Times
from meetings.finder.sentence.where import Found, Gazetteer, Places

LONGEST = 200
_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”|«([^»]+)»|„([^“”]+)[“”]')
# One value is all that the finder takes.
_SINGLE = frozenset({"near", "within", "unit", "soon", "from", "until", "open", "first_visit"})
_BELIEFS_WITHOUT = ("belief", "none")
_OPPOSITES = {
    ("attendance", "online"): ("attendance", "in-person"),
    ("attendance", "in-person"): ("attendance", "online"),
}
_RARELY_AFTER_IN = frozenset({"covers", "focus", "format", "feature"})
_LATER_HALVES = frozenset({"afternoon", "evening", "night"})
_MOST_BETWEEN, _MOST_RUNS = 3, 3
# Clocks whose letters are words of other languages.
_CLOCKS = frozenset({"EST", "CET", "ET", "MT"})
_AFTER_TOMORROW = ("day", "after-tomorrow")


def read(text: str, *, lexicon: Lexicon, gazetteer: Gazetteer, today: date, language: str = "") -> Reading:
    """Return what a sentence asks for. At most its first 200 letters are read.

    `language` is the page's: it decides where a word of two languages is all that was said.
    `today` is the visitor's date, for "the day after tomorrow". What is not understood is
    `left`; if nothing at all is understood, the words are searched for as words (`q`).
    """
    return _Sentence(without_marks(text[:LONGEST]), lexicon, gazetteer, today, language).read()


class _Place:
    """A town that was found, and whether somebody said that it is one."""

    def __init__(self, first: int, found: Found, *, begins: int, is_marked: bool) -> None:
        self.first, self.found, self.begins, self.is_marked = first, found, begins, is_marked
        self.end = first + found.length


class _Sentence:
    def __init__(self, text: str, lexicon: Lexicon, gazetteer: Gazetteer, today: date, page_language: str) -> None:
        self.text, self.lexicon, self.today = text, lexicon, today
        plain = with_plain_digits(text)
        self.tokens = [part for token in split(plain, lexicon.words.units) for part in spellings.parts(token, lexicon)]
        self.places = Places(plain, self.tokens, lexicon, gazetteer)
        self.words = [
            spellings.known(token, lexicon, is_town=self.places.is_town(n)) for n, token in enumerate(self.tokens)
        ]
        self.spoken = self.places.spoken = Spoken(self.words, lexicon, page_language)
        self.is_all_capitals = len(text) > 8 and text.isupper()
        self.numbers = Numbers(plain, self.tokens, self.spoken)
        self.days = Days(plain, self.tokens, self.spoken, today=today)
        self.dates: list[date] = []
        self.is_used = [False] * len(self.tokens)
        self.is_left: set[int] = set()
        self.found: list[tuple[int, Part]] = []
        self.times: list[tuple[int, int, Times]] = []
        self.candidates: list[_Place] = []
        self.is_near_me = False
        self.after_distance = -1

    # ── The whole ───────────────────────────────────────────────────────────

    def read(self) -> Reading:
        self._quoted()
        self._dated()
        position = 0
        while position < len(self.tokens):
            position += 1 if self.is_used[position] else max(1, self._step(position))
        self._choose_place()
        self._settle_times()
        said = sorted(self.found, key=lambda found: found[0])
        parts = tuple({part[:2]: part for _position, part in reversed(said)}.values())[::-1]
        left, words = self._left()
        if not parts and words and not self.is_near_me:
            parts, left = (Part("q", " ".join(words), " ".join(words)),), ()
        is_placed = any(part.parameter == "near" for part in parts)
        return Reading(parts, left, self.is_near_me and not is_placed, tuple(dict.fromkeys(self.dates)))

    def _step(self, position: int) -> int:
        """Read what begins here; return how many tokens it took."""
        for step in (self._postcode, self._amount, self._place_said, self._not, self._long_town, self._word_known):
            if taken := step(position):
                return taken
        return self._town_alone(position) or self._plain(position)

    def _take(self, first: int, end: int) -> None:
        for position in range(first, end):
            self.is_used[position] = True

    def _say(self, first: int, end: int, meaning: Meaning | list[Pair]) -> None:
        """Keep what a stretch of the sentence means; a second value where one is all goes unread."""
        self._take(first, end)
        words = self._raw(first, end)
        had = {part.parameter: part.value for _position, part in self.found}
        if any(name in _SINGLE and had.get(name, value) != value for name, value in meaning):
            self.is_left.update(range(first, end))
            return
        self.found += [(first, Part(name, value, words)) for name, value in meaning]

    def _raw(self, first: int, end: int) -> str:
        return self.text[self.tokens[first].start : self.tokens[end - 1].end]

    # ── Words in quotes ─────────────────────────────────────────────────────

    def _quoted(self) -> None:
        for match in _QUOTED.finditer(self.text):
            inside = [n for n, token in enumerate(self.tokens) if match.start() <= token.start < match.end()]
            if inside:
                self._take(inside[0], inside[-1] + 1)
                phrase = next(group for group in match.groups() if group).strip()
                self.found.append((inside[0], Part("q", f'"{phrase}"', match[0])))

    # ── Dates ───────────────────────────────────────────────────────────────

    def _dated(self) -> None:
        """Read dates before all else: "around 24 December" is no time of the day. The finder knows weekdays alone."""
        for position in range(len(self.tokens)):
            length, on = (0, None) if self.is_used[position] else self.days.at(position)
            if on is None:
                continue
            self.numbers.of_dates.update(range(position, position + length))
            ahead = (on - self.today).days
            day = (TODAY, TOMORROW)[ahead] if ahead < 2 else DAYS[on.weekday()]
            self.dates += [on] if ahead >= 2 else []
            self._say(position, position + length, [("day", day)])

    # ── Numbers ─────────────────────────────────────────────────────────────

    def _amount(self, position: int) -> int:
        length, pairs = self.numbers.soon(position)
        if not length:
            length, pairs = self.numbers.distance(position)
            self.after_distance = position + length if length else self.after_distance
        # "Within walking distance" and its like are longer than any number.
        if length > self.spoken.at(position):
            self._say(position, position + length, pairs)
            return length
        length, times = self.numbers.times(position)
        known = self.spoken.at(position)
        is_clock = known and self.spoken.meaning(position, known)[0][0] == "clock"
        if times and (length > known or is_clock):
            end = position + length
            self._take(position, end)
            self.times.append((position, end, times))
            if end < len(self.tokens) and self.tokens[end].raw in _CLOCKS:
                # No French "est": whose clock it is must not go unsaid, since the search has its own.
                self._take(end, end + 1)
                self.is_left.add(end)
                return length + 1
            return length
        return 0

    def _settle_times(self) -> None:
        """Turn times into hours, now that the sentence says which half of the day it speaks of."""
        if not self.times:
            return
        said = {part.value for _position, part in self.found if part.parameter == "time"}
        half = "" if not said or (said & _LATER_HALVES and "morning" in said) else "pm"
        half = "am" if said == {"morning"} else half
        # An hour says it better than a time of day.
        self.found = [(position, part) for position, part in self.found if part.parameter != "time"]
        had: set[str] = set()
        for position, end, times in self.times:
            pairs = times.pairs(half)
            if had & {name for name, _value in pairs}:
                self.is_left.update(range(position, end))
                continue
            had |= {name for name, _value in pairs}
            self.found += [(position, Part(name, value, self._raw(position, end))) for name, value in pairs]

    # ── Places ──────────────────────────────────────────────────────────────

    def _postcode(self, position: int) -> int:
        found = self.places.postcode_at(position)
        if not found:
            return 0
        self._say(position, position + found.length, [("near", found.near)])
        return found.length

    def _place_said(self, position: int) -> int:
        """Read "near Boston" and "in Boston"; after "near" even a place that we do not know."""
        near = self.lexicon.words.near.at(self.words, position)
        inside = 0 if near else self.lexicon.words.inside.at(self.words, position)
        inside = inside if inside and self.spoken.is_inside(position, inside) else 0
        is_after_distance = position == self.after_distance
        known = self.spoken.at(position)
        marker = near or inside
        if not marker and not is_after_distance:
            return 0
        if marker == 1 and self.words[position] in self.lexicon.words.ordinary and not self._is_ordinary(position):
            # "NA Miami": a fellowship, and no Portuguese "in the".
            return 0
        at = position + marker
        if inside and self._is_state(at):
            # "AA in CA": California, and no second fellowship.
            self._take(position, at + 1)
            self.is_left.add(at)
            return marker + 1
        for skipped in range(_MOST_BETWEEN + 1):
            if at < len(self.tokens) and self.is_used[at]:
                break
            if code := self.places.postcode_at(at):
                self._take(position, at)
                self._say(at, at + code.length, [("near", code.near)])
                return at + code.length - position
            found = self.places.town_at(at, is_marked=True)
            if found:
                taken = at + found.length - position
                said = self.spoken.at(at)
                # "In Spanish" is a language, "near Hope" a town, "in person only Miami" is both.
                if (
                    taken > known
                    and (known <= marker or at < position + known)
                    and (near or found.length > said or self._is_rarely_after_in(at, said))
                ):
                    self._take(position, at + found.length)
                    self.candidates.append(_Place(at, found, begins=position, is_marked=True))
                    return taken
            if skipped == _MOST_BETWEEN or at >= len(self.tokens) or not self._is_between(at):
                break
            at += 1
        return self._unknown_place(position, near) if near > known else 0

    def _is_state(self, at: int) -> bool:
        """Return whether letters in capitals are a state after "in", even those of a fellowship or a small word."""
        if at >= len(self.tokens) or self.is_all_capitals or not self.places.is_state_in_capitals(at):
            return False
        known = self.spoken.at(at)
        if known:
            return known == 1 and self.spoken.meaning(at, 1)[0][0] == "fellowship"
        return self.places.town_at(at, is_marked=True) is None

    def _is_rarely_after_in(self, at: int, length: int) -> bool:
        """Return whether what is known here makes little sense after "in": Essen is a town then, and no meal."""
        meaning = self.spoken.meaning(at, length)
        return meaning[0][0] in _RARELY_AFTER_IN

    def _is_between(self, at: int) -> bool:
        """Return whether a word may stand between "near" and the town: "near the city of Boston"."""
        return self.words[at] in self.lexicon.words.stop and not self.spoken.at(at)

    def _unknown_place(self, position: int, near: int) -> int:
        first = end = position + near
        while end < len(self.tokens) and not self.is_used[end] and self._is_unknown(end):
            end += 1
        if first == end:
            return 0
        self._take(position, end)
        self._say(first, end, [("near", self._raw(first, end))])
        return end - position

    def _is_unknown(self, position: int) -> bool:
        return self.tokens[position].number is None and not self.lexicon.knows(self.words[position])

    def _long_town(self, position: int) -> int:
        """Read "Friday Harbor", although Friday is a day."""
        found = self.places.town_at(position, is_marked=False)
        if not found or found.length < 2 or found.length <= self.spoken.at(position):
            return 0
        return self._keep_candidate(position, found)

    def _town_alone(self, position: int) -> int:
        found = self.places.town_at(position, is_marked=False)
        return self._keep_candidate(position, found) if found else 0

    def _keep_candidate(self, position: int, found: Found) -> int:
        self._take(position, position + found.length)
        self.candidates.append(_Place(position, found, begins=position, is_marked=False))
        return found.length

    def _choose_place(self) -> None:
        """Keep one place: what was called one, else the first; an everyday word only if it stands alone."""
        has_near = any(part.parameter == "near" for _position, part in self.found)
        good = [] if has_near else [place for place in self.candidates if place.is_marked or self._is_likely(place)]
        good.sort(key=lambda place: (not place.is_marked, place.first))
        for place in self.candidates:
            if good and place is good[0]:
                self._say(place.first, place.end, [("near", place.found.near)])
            else:
                self.is_left.update(range(place.first, place.end))
        if not has_near and not good:
            self._begun_town()

    def _begun_town(self) -> None:
        """Read "Frankfurt", when no place was found: the town is called Frankfurt am Main."""
        if begun := self.places.begun_by(self._unread_runs()[:_MOST_RUNS]):
            first, found = begun
            self.is_left.difference_update(range(first, first + found.length))
            self._say(first, first + found.length, [("near", found.near)])

    def _is_likely(self, place: _Place) -> bool:
        return not place.found.is_plain or place.found.length == len(self.tokens)

    # ── Words ───────────────────────────────────────────────────────────────

    def _not(self, position: int) -> int:
        """Read "not online" and "nothing religious"; what we cannot leave out is not understood."""
        length = self.lexicon.negators.at(self.words, position)
        if not length:
            return 0
        if not self.spoken.negates(position, length):
            return 0
        at = position + length
        while at < len(self.tokens) and at - position - length < _MOST_BETWEEN and self._is_between(at):
            at += 1
        end = self._end_of_religion(at)
        longest = self.spoken.at(position)
        if end and end - position >= longest:
            self._say(position, end, [_BELIEFS_WITHOUT])
            return end - position
        if length < longest:
            return 0
        known = self.spoken.at(at)
        if not known or self._is_ordinary(at):
            return 0
        end = at + known
        meaning = [self._opposite(pair) for pair in self.spoken.meaning(at, known)]
        if all(meaning):
            self._say(position, end, [pair for pair in meaning if pair])
        else:
            self._take(position, end)
            self.is_left.update(range(position, end))
        return end - position

    def _end_of_religion(self, position: int) -> int:
        """Return where words about religion end, with more of them after "and": "ohne Gott und Gebet"; 0 for none."""
        end = 0
        while length := self.lexicon.words.religion.at(self.words, position):
            end = position = position + length
            while position < len(self.words) and self._is_between(position):
                position += 1
        return end

    @staticmethod
    def _opposite(pair: Pair) -> Pair | None:
        if pair[0] == "belief":
            return _BELIEFS_WITHOUT
        # "Without alcohol" is what somebody wants who looks for a meeting about it.
        return pair if pair[0] == "covers" else _OPPOSITES.get(pair)

    def _word_known(self, position: int) -> int:
        length = self.spoken.at(position)
        token = self.tokens[position]
        if length > 1 and token.is_capital and not self.is_all_capitals and token.folded in self.lexicon.words.ordinary:
            # "AA" in capitals is never the beginning of something else.
            length = 1 if (token.folded,) in self.lexicon.meanings else length
        if not length:
            return 0
        if length == 1 and self._is_ordinary(position):
            self._take(position, position + 1)
            return 1
        meaning = self.spoken.meaning(position, length)
        end = position + length
        if meaning[0][0] == "here":
            self.is_near_me = True
            self._take(position, end)
        else:
            self._say(position, end, [self._as_weekday(pair) for pair in meaning])
        return length

    def _as_weekday(self, pair: Pair) -> Pair:
        """Return the day after tomorrow, which the finder does not know, as its weekday."""
        if pair == _AFTER_TOMORROW:
            return "day", DAYS[(self.today + timedelta(days=2)).weekday()]
        return pair

    def _is_ordinary(self, position: int) -> bool:
        """Return whether letters such as "na" or "ma" are a word here, and no fellowship.

        In capitals they are the fellowship; so they are as the first word, and before "meeting".
        In small letters they are a word where the sentence is in a language that has it.
        """
        token = self.tokens[position]
        spoken = self.lexicon.words.ordinary.get(token.folded)
        if spoken is None or (token.is_capital and not self.is_all_capitals):
            return False
        following = self.words[position + 1] if position + 1 < len(self.words) else ""
        if following in self.lexicon.words.meeting:
            return False
        if "en" in spoken:
            return True
        if not token.raw.isascii():
            return True
        return position > 0 and bool(spoken & self.spoken.signs)

    def _plain(self, position: int) -> int:
        if self.words[position] in self.lexicon.words.stop:
            self._take(position, position + 1)
        return 1

    # ── What is left ────────────────────────────────────────────────────────

    def _left(self) -> tuple[tuple[str, ...], list[str]]:
        """Return what was not understood, words side by side together, and the single unknown words."""
        runs = self._unread_runs()
        unread = [n for run in runs for n in run]
        left = tuple(dict.fromkeys(self._raw(run[0], run[-1] + 1) for run in runs))
        return left, [self.tokens[n].raw for n in unread if n not in self.is_left or self._is_candidate(n)]

    def _unread_runs(self) -> list[list[int]]:
        """Return the tokens that say nothing to us, those side by side together."""
        runs: list[list[int]] = []
        for n in range(len(self.tokens)):
            if n not in self.is_left and self.is_used[n]:
                continue
            if runs and runs[-1][-1] == n - 1:
                runs[-1].append(n)
            else:
                runs.append([n])
        return runs

    def _is_candidate(self, position: int) -> bool:
        return any(place.first <= position < place.end for place in self.candidates)
