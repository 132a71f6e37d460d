"""Text as people type it: folded so that accents, case and odd letters do not matter."""

import re
import unicodedata
from urllib.parse import urlsplit

# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
        "ı": "i", "ħ": "h", "ŋ": "n", "ŧ": "t", "ə": "e", "ʻ": "", "ʼ": "", "’": "", "'": "", "`": "",
    }
)  # fmt: skip
_GAPS = re.compile(r"[^\w]+", re.UNICODE)


def web_address(text: str) -> str:
    """Return the text if a link may lead there, as http and https do, else "".

    Asked where a link is made: "javascript:" and its like are no addresses, whoever wrote them.
    """
    try:
        return text if urlsplit(text).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def fold(text: str) -> str:
    """Return the text in lower case, without accents or punctuation, words one space apart.

    "Montréal" and "MONTREAL" fold alike; so do "O'Fallon" and "OFallon".
    """
    if text.isascii():
        plain = text.lower().replace("'", "").replace("`", "")
        words = plain.split()
        # Most texts are letters and spaces, and these are found out ten times as fast.
        if "".join(words).isalnum():
            return " ".join(words)
    else:
        taken_apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
        plain = "".join(letter for letter in taken_apart if not unicodedata.combining(letter))
        plain = plain.translate(_LETTERS)
    return _GAPS.sub(" ", plain).replace("_", " ").strip()
