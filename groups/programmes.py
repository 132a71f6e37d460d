"""Which approach and fellowship a programme's feed speaks for, unless its source says otherwise."""

from typing import NamedTuple

from groups.enums import Programme


class Home(NamedTuple):
    """Slugs of the catalogue. `fellowship` is empty for programmes it has no entry for."""

    approach: str
    fellowship: str = ""


_TWELVE_STEP = "twelve-step"
_FAMILY = "al-anon-nar-anon"

HOMES: dict[str, Home] = {
    Programme.AA: Home(_TWELVE_STEP, "aa"),
    Programme.ACA: Home("adult-children", "aca"),
    Programme.AL_ANON: Home(_FAMILY, "al-anon"),
    Programme.CMA: Home(_TWELVE_STEP, "cma"),
    Programme.CODA: Home(_TWELVE_STEP, "coda"),
    Programme.CA: Home(_TWELVE_STEP, "ca"),
    Programme.CEA_HOW: Home(_TWELVE_STEP),
    Programme.DA: Home(_TWELVE_STEP, "da"),
    Programme.DAA: Home(_TWELVE_STEP),
    Programme.EDA: Home(_TWELVE_STEP),
    Programme.GA: Home(_TWELVE_STEP, "ga"),
    Programme.HA: Home(_TWELVE_STEP, "ha"),
    Programme.MA: Home(_TWELVE_STEP, "ma"),
    Programme.NA: Home(_TWELVE_STEP, "na"),
    Programme.OA: Home(_TWELVE_STEP, "oa"),
    Programme.PAL: Home(_FAMILY, "pal"),
    Programme.RCA: Home(_TWELVE_STEP),
    Programme.RD: Home("recovery-dharma"),
    Programme.RR: Home("refuge-recovery"),
    Programme.SAA: Home(_TWELVE_STEP, "saa"),
    Programme.SA: Home(_TWELVE_STEP),
    Programme.SCA: Home(_TWELVE_STEP),
    Programme.SLAA: Home(_TWELVE_STEP, "slaa"),
    Programme.SIA: Home(_TWELVE_STEP),
    Programme.UA: Home(_TWELVE_STEP),
    Programme.VA: Home(_TWELVE_STEP),
}

# The only programme that says nothing of the approach: its source must name one.
WITHOUT_A_HOME = {Programme.SG}

# Fellowships whose feeds speak the codes of another: Alateen's are part of Al-Anon's.
PROGRAMME_OF_FELLOWSHIP: dict[str, str] = {home.fellowship: key for key, home in HOMES.items() if home.fellowship} | {
    "alateen": Programme.AL_ANON
}


def home_of(programme: str) -> Home | None:
    """Return where a programme's meetings belong, None when the programme does not say."""
    return HOMES.get(programme)
