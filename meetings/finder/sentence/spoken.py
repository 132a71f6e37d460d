"""Which languages a sentence is in, and what its words mean there.

A word of two languages ("man", "ja", "local") means what it means in the one that the sentence
shows by its other words; if it shows none, or both, in the language of the page.
"""

from __future__ import annotations

from collections.abc import Mapping

from meetings.finder.sentence.lexicon import Lexicon, Meaning, Phrase


class Spoken:
    """What the words of one sentence mean.

    `signs` are the languages that some word belongs to, and no other language does.
    """

    def __init__(self, words: list[str], lexicon: Lexicon, page_language: str) -> None:
        self.words, self.lexicon, self.page_language = words, lexicon, page_language
        spoken = (lexicon.words.languages.get(word, frozenset()) for word in words)
        self.signs = {language for languages in spoken if len(languages) == 1 for language in languages}

    def at(self, position: int) -> int:
        """Return how many words of the longest phrase that means something stand here, 0 for none."""
        length = self.lexicon.longest.at(self.words, position)
        return length if length and self.meaning(position, length) else 0

    def meaning(self, position: int, length: int) -> Meaning:
        """Return what a phrase means; nothing if it is a filler in the language of the sentence."""
        phrase = tuple(self.words[position : position + length])
        if phrase in self.lexicon.unclear:
            return self._decided(phrase)
        return self.lexicon.meanings[phrase]

    def _decided(self, phrase: Phrase) -> Meaning:
        by_language = self.lexicon.unclear[phrase]
        shown = {meaning for language, meaning in by_language.items() if language in self.signs}
        if len(shown) == 1:
            return shown.pop()
        return by_language.get(self.page_language, self.lexicon.meanings[phrase])

    def negates(self, position: int, length: int) -> bool:
        """Return whether a phrase means "not" here: "no zoom" is no Zoom in English, and on Zoom in Portuguese."""
        spoken = self.lexicon.words.negators[tuple(self.words[position : position + length])]
        if self.signs:
            return bool(self.signs & spoken)
        return self.page_language not in self._others(position, spoken)

    def is_half(self, position: int, length: int) -> bool:
        """Return whether a phrase says which half of the day: "8 am Mittwoch" is "8 on Wednesday"."""
        return self._is_said_in(self.lexicon.words.clock.halves, position, length)

    def is_inside(self, position: int, length: int) -> bool:
        """Return whether a phrase means "in" here: French "à" does, but "a man" has no town."""
        return self._is_said_in(self.lexicon.words.insides, position, length)

    def _is_said_in(self, languages: Mapping[Phrase, frozenset[str]], position: int, length: int) -> bool:
        spoken = languages[tuple(self.words[position : position + length])]
        others = self._others(position, spoken) if length == 1 else frozenset()
        if self.signs & spoken or not others:
            return True
        return not self.signs & others and self.page_language not in others

    def _others(self, position: int, spoken: frozenset[str]) -> frozenset[str]:
        """Return the further languages that have the word."""
        return self.lexicon.words.languages.get(self.words[position], frozenset()) - spoken
