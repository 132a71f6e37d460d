"""Text messages, by the provider that `SMS_URL` names.

    file:                            a machine of its own: written into the outbox
    https://TOKEN@gateway.example/v1?from=%2B15550100
                                     a gateway that speaks the small interface below
    twilio://SID:TOKEN@/%2B15550100  Twilio's REST interface

The interface of a gateway, both requests with `Authorization: Bearer TOKEN`:

    POST {base}/messages     Idempotency-Key: ID     {"id": ID, "to": "+1…", "from": "+1…", "text": "…"}
        200, 201, 202   taken; also when this ID was taken before, and then not sent again
        401, 403        later: our token is wrong, which says nothing about the message
        409, 429, 5xx   later
        410             this number asked for no messages
        other 4xx       refused for good
    GET  {base}/messages/ID
        200 it was taken · 404 it was not
"""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

import urllib3
from django.conf import settings

from meetings import fault_points
from meetings.channels import Answer, Begin, Line, Outcome, Parcel, http, outbox
from meetings.enums import Channel


class Sms:
    """The provider of `settings.SMS_URL`."""

    @contextmanager
    def line(self) -> Iterator[Line]:
        yield provider()

    def knows(self, parcel_id: str) -> bool | None:
        return provider().knows(parcel_id)


def provider() -> "File | Gateway | Twilio":
    """Return the provider. Raises ValueError for a `SMS_URL` that names none."""
    url = urlsplit(settings.SMS_URL)
    if url.scheme == "file":
        return File()
    if url.scheme in ("https", "http"):
        return Gateway(settings.SMS_URL)
    if url.scheme == "twilio":
        return Twilio(settings.SMS_URL)
    raise ValueError("SMS_URL names no provider that is known here")


class File:
    """The outbox of one machine."""

    def hand_over(self, parcel: Parcel, *, begin: Begin, now: datetime) -> Answer:
        if not begin():
            return Answer(Outcome.WITHDRAWN)
        outbox.keep(
            Channel.SMS, id=parcel.id, to=parcel.to, subject="", text=parcel.text, headers=[], link=parcel.link, now=now
        )
        return Answer(Outcome.ACCEPTED)

    def knows(self, parcel_id: str) -> bool | None:
        return None


class Gateway:
    """A provider that knows our ids, so that a broken line can be asked about."""

    def __init__(self, address: str) -> None:
        url = urlsplit(address)
        port = f":{url.port}" if url.port else ""
        self._base = f"{url.scheme}://{url.hostname}{port}{url.path.rstrip('/')}"
        self._headers = {"Authorization": f"Bearer {unquote(url.username or '')}"}
        self._from = parse_qs(url.query).get("from", [""])[0]

    def hand_over(self, parcel: Parcel, *, begin: Begin, now: datetime) -> Answer:
        fault_points.reach("connected")
        if not begin():
            return Answer(Outcome.WITHDRAWN)
        fault_points.reach("begun")
        answer = http.ask(
            "POST",
            f"{self._base}/messages",
            headers={**self._headers, "Idempotency-Key": parcel.id},
            json={"id": parcel.id, "to": parcel.to, "from": self._from, "text": parcel.text},
        )
        fault_points.reach("accepted")
        if isinstance(answer, Answer):
            return answer
        return _of_status(answer.status, stopped=answer.status == 410)

    def knows(self, parcel_id: str) -> bool | None:
        answer = http.ask("GET", f"{self._base}/messages/{parcel_id}", headers=self._headers)
        if isinstance(answer, Answer):
            return None
        return {200: True, 404: False}.get(answer.status)


class Twilio:
    """Twilio's Messages resource, of 2010-04-01. It takes no id of ours, so it cannot be asked about one.

    Source: Twilio's documentation: "Messages resource", error 21610 (the recipient sent STOP),
    21211 and 21614 (no number that takes messages), read in November 2026.
    """

    _STOPPED = "21610"
    _NO_SUCH_NUMBER = ("21211", "21614", "21612")

    def __init__(self, address: str) -> None:
        url = urlsplit(address)
        self._account = unquote(url.username or "")
        self._token = unquote(url.password or "")
        self._from = unquote(url.path.strip("/"))
        self._base = settings.TWILIO_API

    def hand_over(self, parcel: Parcel, *, begin: Begin, now: datetime) -> Answer:
        if not begin():
            return Answer(Outcome.WITHDRAWN)
        answer = http.ask(
            "POST",
            f"{self._base}/2010-04-01/Accounts/{self._account}/Messages.json",
            headers=urllib3.make_headers(basic_auth=f"{self._account}:{self._token}"),
            fields={"To": parcel.to, "From": self._from, "Body": parcel.text},
            encode_multipart=False,
        )
        if isinstance(answer, Answer):
            return answer
        if answer.status < 300:
            return Answer(Outcome.ACCEPTED, str(answer.status), reference=_field(answer.data, "sid"))
        code = _field(answer.data, "code")
        if code == self._STOPPED:
            return Answer(Outcome.STOPPED, code)
        if code in self._NO_SUCH_NUMBER:
            return Answer(Outcome.REFUSED, code)
        return _of_status(answer.status, stopped=False)

    def knows(self, parcel_id: str) -> bool | None:
        return None

    def signed_by(self, signature: str, url: str, said: Mapping[str, str]) -> bool:
        """Tell whether Twilio sent this form to our address: `X-Twilio-Signature`.

        The address, then every field's name and value by name, keyed with the account's token.

        Source: Twilio's documentation, "Webhooks security".
        """
        text = url + "".join(name + said[name] for name in sorted(said))
        expected = b64encode(hmac.new(self._token.encode(), text.encode(), hashlib.sha1).digest()).decode()
        return hmac.compare_digest(expected.encode(), signature.encode())


def _of_status(status: int, *, stopped: bool) -> Answer:
    if status < 300:
        return Answer(Outcome.ACCEPTED, str(status))
    if stopped:
        return Answer(Outcome.STOPPED, str(status))
    if status in (401, 403, 408, 409, 429) or status >= 500:
        return Answer(Outcome.LATER, str(status))
    return Answer(Outcome.UNWANTED, str(status))


def _field(body: bytes, name: str) -> str:
    try:
        return str(json.loads(body).get(name, ""))[:40]
    except (ValueError, AttributeError):
        return ""
