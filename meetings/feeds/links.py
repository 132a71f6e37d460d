"""Web addresses, phone numbers, passcodes and payment names as feeds write them."""

import re
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

# Source: the conference providers of the Meeting Guide format (code4recovery/spec).
KNOWN_SERVICES = (
    "bluejeans.com",
    "discord.gg",
    "freeconference.com",
    "freeconferencecall.com",
    "goto.com",
    "gotomeet.me",
    "gotomeeting.com",
    "horizon.meta.com",
    "maps.secondlife.com",
    "meet.google.com",
    "meet.jit.si",
    "meetings.dialpad.com",
    "signal.group",
    "skype.com",
    "slurl.com",
    "teams.live.com",
    "teams.microsoft.com",
    "vrchat.com",
    "webex.com",
    "zoho.com",
    "zoom.us",
)

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SLIPPED_SCHEME = re.compile(r"^(https?)(?::/?|/{1,3}|:/{3,})(?=[^/\s:])", re.IGNORECASE)
_HOST = re.compile(r"^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}$", re.IGNORECASE)
_TRACKING = re.compile(r"[?&](?:sa|sntz|usg|fbclid|gclid|utm_[a-z]+)=[^&#]*", re.IGNORECASE)
# Services that wrap an address in one of their own.
_WRAPPERS = {"safelinks.protection.outlook.com": "url", "www.google.com": "q", "google.com": "q"}

_PHONE = re.compile(r"\+?\(?\d[\d\s().-]{5,}\d(?:[\s,]*(?:,,|[,;*#x]|ext\.?)[\s\d,*#]*)?", re.IGNORECASE)
_NOT_DIALLED = re.compile(r"[^\d+,*#]")
_OTHER_NUMBER = re.compile(r"\b(?:id|pin|code|passcode|password|pw|pwd|room)\W*$", re.IGNORECASE)
_CODE_IS_CALLED = (
    r"(?:passcode|password|passwort|kennwort|pass\s*code|pwd|pw|contraseña|código de acceso|mot de passe|senha)"
)
_PASSCODE = re.compile(
    r"(?<![\w-])(?:meeting\s+|zoom\s+)?" + _CODE_IS_CALLED + r"\s*(?:is\b|[:=#])\s*(?P<code>[^\s,;()<>\"]{1,40})",
    re.IGNORECASE,
)

_SPOKEN_OF = re.compile(r"(?<!\w)" + _CODE_IS_CALLED + r"(?!\w)", re.IGNORECASE)
_NONE_IS_NEEDED = re.compile(
    r"(?<!\w)(?:no|without(?: an?)?|not need an?|ohne|kein|sin|sans|sem)\s+" + _CODE_IS_CALLED + r"(?!\w)",
    re.IGNORECASE,
)
_PASSCODE_IN_LINK = re.compile(r"[?&#](?:pwd|p|passcode|password)=\w", re.IGNORECASE)

_VENMO = re.compile(r"@?(?P<name>[A-Za-z0-9_-]{2,30})")
_CASH_APP = re.compile(r"\$?(?P<name>[A-Za-z][A-Za-z0-9_-]{0,19})")
_PAYPAL = re.compile(r"(?P<name>[A-Za-z0-9]{1,20})")
_HOMEGROUP = re.compile(r"[A-Za-z0-9_-]{1,60}")
_PAYMENT_PAGES = {
    "venmo": ("venmo.com", "account.venmo.com"),
    "cash_app": ("cash.app", "cash.me"),
    "paypal": ("paypal.me", "paypal.com/paypalme"),
    "homegroup_online": ("homegroup.online",),
}


@lru_cache(maxsize=8192)
def web_address(text: str, longest: int = 1000) -> str:
    """Return an http or https address, "" for anything that is none.

    A missing scheme becomes https. Marks that only follow people around are taken off, as are
    the wrappers of mail services. An address with a name and password in it is not kept.
    """
    text = text.strip().strip("<>\"'").replace(" ", "%20")
    if not text:
        return ""
    text = _SLIPPED_SCHEME.sub(r"\1://", text)
    if not _SCHEME.match(text) or re.match(r"^[^/?#@]+:\d+(?:/|$)", text):
        text = "https://" + text.removeprefix("//")
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").lower()
        _port = parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not _is_host(host) or "@" in parts.netloc:
        return ""
    for wrapper, parameter in _WRAPPERS.items():
        if host == wrapper or (wrapper.count(".") > 1 and host.endswith("." + wrapper)):
            inner = parse_qs(parts.query).get(parameter, [""])[0]
            if inner.startswith(("http://", "https://")) and inner != text:
                return web_address(inner, longest)
    text = _untracked(text) if "=" in text else text
    text = parts.scheme.lower() + text[len(parts.scheme) :]
    return text if len(text) <= longest else ""


def _untracked(text: str) -> str:
    cleaned = _TRACKING.sub("", text)
    if "?" in text and "?" not in cleaned:
        cleaned = cleaned.replace("&", "?", 1)
    return cleaned


def _is_host(host: str) -> bool:
    try:
        return bool(_HOST.match(host.encode("idna").decode() if not host.isascii() else host))
    except UnicodeError:
        return False


@lru_cache(maxsize=8192)
def is_known_service(address: str) -> bool:
    """Return whether the address is of a service that opens the meeting when followed."""
    host = (urlsplit(address).hostname or "").lower()
    return any(host == service or host.endswith("." + service) for service in KNOWN_SERVICES)


@lru_cache(maxsize=8192)
def phone(text: str) -> tuple[str, str]:
    """Return a number to dial, with pauses and keys, and words found beside it; each may be "".

    Text around a number is not lost: it comes back second, the whole of it.
    """
    text = text.strip()
    if not text:
        return "", ""
    number = _NOT_DIALLED.sub("", text)
    words = text if re.search(r"[^\W\d_]{2,}", text) else ""
    if words:
        # The number of a room ("ID: 372 734 770") is not one to dial.
        found = next((one for one in _PHONE.finditer(text) if not _OTHER_NUMBER.search(text[: one.start()])), None)
        number = _NOT_DIALLED.sub("", re.sub(r"(?i)\s*(?:ext\.?|x)\s*", ",", found[0])) if found else ""
    number = number[:1] + number[1:].replace("+", "")
    dialled = re.split(r"[,*#]", number, maxsplit=1)[0]
    if len(dialled.lstrip("+")) < 7 or len(number) > 160:
        # Too short to reach anybody: "+11".
        return "", words
    return number.rstrip(","), words


@lru_cache(maxsize=4096)
def passcode(text: str) -> str:
    """Return the passcode that notes give clearly ("Passcode: 123"), else ""."""
    codes = {found["code"].rstrip(".#") for found in _PASSCODE.finditer(text)}
    codes.discard("")
    return codes.pop() if len(codes) == 1 else ""


def is_passcode_unknown(address: str, text: str) -> bool:
    """Tell whether notes speak of a passcode, and neither they nor the link ("?pwd=…") give one clearly."""
    speaks = _SPOKEN_OF.search(text) is not None and _NONE_IS_NEEDED.search(text) is None
    return speaks and not passcode(text) and not _PASSCODE_IN_LINK.search(address)


def payment_name(kind: str, text: str) -> str:
    """Return the user name for `venmo`, `cash_app`, `paypal` or `homegroup_online`, else "".

    A web address of the service is cut down to the name. Whatever else stands there, such as an
    e-mail address, prose or a password, is dropped.
    """
    text = text.strip().rstrip("/")
    if not text or "@" in text[1:] or re.search(r"\s", text):
        return ""
    if name := _name_on_page(kind, text):
        text = name
    shape = {"venmo": _VENMO, "cash_app": _CASH_APP, "paypal": _PAYPAL, "homegroup_online": _HOMEGROUP}[kind]
    found = shape.fullmatch(text)
    if not found:
        return ""
    return {"venmo": "@{}", "cash_app": "${}"}.get(kind, "{}").format(found.groupdict().get("name") or found[0])


def _name_on_page(kind: str, text: str) -> str:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", text, flags=re.IGNORECASE)
    for page in _PAYMENT_PAGES[kind]:
        if bare.lower().startswith(page + "/"):
            name = unquote(re.split(r"[?#]", bare[len(page) + 1 :])[0]).removeprefix("u/")
            return name.split("/")[0]
    return ""
