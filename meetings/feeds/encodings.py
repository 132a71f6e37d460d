"""Which letters a file of bytes holds: its encoding, told from marks, from UTF-8, from alphabets.

Old lists of Western and Central Europe and Turkey share most bytes, and a guess by frequency
takes French for Slovak. There a language's own alphabet decides: the page in which nearly every
letter beyond ASCII belongs to one language. Other scripts are left to `charset_normalizer`.
"""

import codecs
import re
from pathlib import Path

_PIECE = 256 * 1024
_ENOUGH = 20_000
_FEW = 400
_RUN = re.compile(rb"[^\x00-\x7f]+")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Letters beyond ASCII, of languages whose lists may stand side by side. Where two pages fit
# alike, the first is taken: western lists are by far the most.
_ALPHABETS = (
    ("cp1252", "àâáäæçéèêëîïíìñôöóòœùûüúßÿ¡¿ºª"),
    ("cp1252", "àâáãçéêíóôõúüñ¡¿ºª"),
    ("cp1252", "åäæöøéèüà"),
    ("cp1252", "áæéðíóöþúý"),
    ("cp1250", "ąćęłńóśźż"),
    ("cp1250", "áäčďéěíĺľňóôŕřšťúůýž"),
    ("cp1250", "áéíóöőúüű"),
    ("cp1250", "ăâîşţ"),
    ("cp1250", "ćčđšž"),
    ("iso8859_2", "ąćęłńóśźż"),
    ("iso8859_2", "áäčďéěíĺľňóôŕřšťúůýž"),
    ("iso8859_2", "áéíóöőúüű"),
    ("cp1254", "âçğîıöşüû\u0307"),
)
_NO_LETTERS = frozenset("’‘“”„‚–—•…·°®©™«»½¼¾§´€£\xa0\xad")
_FITS = 0.85
# Single letters stand among plain ones in the Latin script, whole words in others.
_LONGEST_MEAN_RUN = 2.0


def encoding_of(path: Path, head: bytes) -> str:
    """Return the name of the encoding of a file that begins with `head`.

    UTF-8 with a few bytes that are none, cut off or pasted in, is UTF-8 still.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if head[1:2] == b"\x00" and head[:1] != b"\x00":
        return "utf-16-le"
    if head[:1] == b"\x00" and head[1:2] != b"\x00":
        return "utf-16-be"
    if _is_utf_8(path):
        return "utf-8"
    runs, around = _odd_bytes(path)
    if sum(map(_is_valid, runs)) * 2 > len(runs):
        return "utf-8"
    if sum(map(len, runs)) <= _LONGEST_MEAN_RUN * len(runs) and (page := _page_of_an_alphabet(b"".join(runs))):
        return page
    # Few feeds need it, and no process that answers visitors: its tables take 2 MB.
    import charset_normalizer

    best = charset_normalizer.from_bytes(around, cp_exclusion=["utf_16", "utf_32", "utf_7", "big5", "cp037"]).best()
    guess = best.encoding if best else ""
    # A guess from a few letters needs to be near what most lists are.
    return guess if guess and guess not in ("ascii", "utf_8") and len(around) > _FEW else "cp1252"


def errors_of(encoding: str) -> str:
    """Return what to do with bytes that are none of the encoding, as `open` knows it."""
    return "western" if encoding.startswith("utf-8") else "replace"


def _is_utf_8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _odd_bytes(path: Path) -> tuple[list[bytes], bytes]:
    """Return runs of bytes beyond ASCII, enough to judge by, and the same with what stands around them."""
    runs: list[bytes] = []
    around = bytearray()
    with path.open("rb") as file:
        while len(around) < _ENOUGH and (piece := file.read(_PIECE)):
            for found in _RUN.finditer(piece):
                runs.append(found[0])
                around += piece[max(0, found.start() - 30) : found.end() + 30] + b" "
    return runs, bytes(around[:_ENOUGH])


def _is_valid(run: bytes) -> bool:
    try:
        run.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _page_of_an_alphabet(odd: bytes) -> str:
    """Return the page that makes nearly all of these bytes letters of one language, "" when none does."""
    best, found = _FITS, ""
    for page, alphabet in _ALPHABETS:
        letters = [letter for letter in odd.decode(page, "replace").lower() if letter not in _NO_LETTERS]
        fits = sum(letter in alphabet for letter in letters) / len(letters) if letters else 1.0
        if fits > best or (fits == best and not found):
            best, found = fits, page
    return found


def _as_western(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as the western page, from which they mostly were pasted."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("western", _as_western)
