"""Does a text speak of certain weeks of the month? A rule of "every week" may then be too much.

Only found, never acted on: "Business meeting: 2nd Sunday" says nothing of the meeting itself.
"""

import re

_NTH = (
    r"(?:1st|2nd|3rd|4th|5th|first|second|third|fourth|fifth|last|"
    r"[1-5](?:er|e|eme|ro|do|to)|premiere?|deuxieme|troisieme|quatrieme|derniere?|"
    r"primer[oa]?s?|segund[oa]s?|tercer[oa]?s?|cuart[oa]s?|ultim[oa]s?|"
    r"erste[rn]?|zweite[rn]?|dritte[rn]?|vierte[rn]?|letzte[rn]?|[1-5][.ao])"
)
_DAY = (
    r"(?:mon(?:day)?s?|tue(?:s(?:day)?)?s?|wed(?:nesday)?s?|thu(?:r(?:s(?:day)?)?)?s?|fri(?:day)?s?|"
    r"sat(?:urday)?s?|sun(?:day)?s?|weeks?|"
    r"lundis?|mardis?|mercredis?|jeudis?|vendredis?|samedis?|dimanches?|semaines?|"
    r"lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|semanas?|"
    r"montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|woche)"
)
_PHRASE = re.compile(
    rf"\b{_NTH}(?:\s*(?:,|&|and|or|y|o|e|et|und|/)+\s*{_NTH}){{0,4}}\s+"
    rf"(?:{_DAY}|meeting of (?:the|each|every) month)\b"
)
# Most texts name no day at all, and are let go quickly.
_STEMS = (
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "week", "meeting of", "lun", "mar", "mi", "jue", "vie", "sab",
    "sáb", "dom", "sem", "jeu", "ven", "sam", "dim", "tag", "woche", "mittw",
)  # fmt: skip
_MARKS = str.maketrans("áéíóúèêâàîôûçüöäñºª°", "aeioueeaaioucuoanoao")


def speaks_of_certain_weeks(*texts: str) -> bool:
    """Return whether a text says "1st and 3rd Tuesday", "last Friday of the month" or the like.

    English, Spanish, French and German.
    """
    for text in texts:
        if not text:
            continue
        lowered = text.lower()
        if any(stem in lowered for stem in _STEMS) and _PHRASE.search(lowered.translate(_MARKS)):
            return True
    return False
