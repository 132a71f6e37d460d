"""A sentence -> the finder's ordinary parameters, and the words that were not understood.

Pure: no database, no clock. A lexicon knows the words of six languages and the catalogue's
names, a gazetteer answers which words are towns, and a small grammar does the rest. The same
sentence always means the same; decision 9 states the rules.
"""

from .grammar import LONGEST, read
from .lexicon import CatalogueName, Lexicon, read_words
from .reading import Part, Reading
from .where import LARGE, Gazetteer, Town

__all__ = ["LARGE", "LONGEST", "CatalogueName", "Gazetteer", "Lexicon", "Part", "Reading", "Town", "read", "read_words"]
