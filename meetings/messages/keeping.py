"""Messages to those who keep something: a listing, a claim to one, a feed."""

from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from groups import phrasing
from meetings import contacts, posting, tokens, wording
from meetings.enums import LinkPurpose, MessageKind
from meetings.feeds import complaints
from meetings.messages.words import Words, address
from meetings.models import OutgoingMessage


def about_keeping(message: OutgoingMessage) -> Words:
    """Speak of who keeps a listing: a code for a claim, an invitation, somebody new."""
    said = contacts.decrypt(message.words) if message.words else {}
    if secret := said.get(posting.INVITATION):
        return Words(
            _("Somebody invites you to help"),
            [
                _("Somebody keeps a listing with us and asks whether you would help. The page says which one."),
                _("The link is good for one week and for one person. If you do not know of this, do nothing."),
            ],
            _("See what it is about"),
            address("host:invitation", secret),
        )
    if posting.NEW_HOST in said:
        return Words(
            _("Somebody new helps with your listing"),
            [
                _("One more person keeps a listing together with you from today."),
                _("If that surprises you, open the page of its hosts and write to us."),
            ],
            _("Open the page"),
            address("host:hosts", said[posting.NEW_HOST]),
        )
    code = said.get(posting.CLAIM_CODE, "")
    return Words(
        _("Your code is %(code)s") % {"code": code},
        [
            _("Somebody tells us that they keep a listing which names this address. The code shows that it is true:"),
            code,
            _("It is good for three days. Was it not you? Give it to somebody you know and trust, or do nothing."),
        ],
    )


def about_listings(message: OutgoingMessage, *, now: datetime) -> Words:
    """Ask or tell somebody who keeps listings; which ones, the page behind the link says."""
    secret = tokens.issue(LinkPurpose.STILL_TRUE, now=now, group=message.group)
    link = address("meetings:still_true", secret)
    press = _("Open the page")
    if message.kind == MessageKind.REPORT:
        return Words(
            _("Somebody wrote that something is wrong"),
            [
                _("Somebody told us that something you keep with us is not right. The page says what."),
                _("If it is right, one press says so. If it is not, the page helps you to change it."),
            ],
            press,
            link,
        )
    if message.kind == MessageKind.STILL_TRUE:
        return Words(
            _("Is it still true? One press answers"),
            [
                _("You keep something with us that was not confirmed for a while, and people set out by it."),
                _("If all of it is still true, one press on the page says so. There is nothing to sign in to."),
            ],
            press,
            link,
        )
    if (contacts.decrypt(message.words) if message.words else {}).get(posting.IS_OFF):
        return Words(
            _("It is no longer shown"),
            [
                _("Something you keep with us was not confirmed for long, or reports about it stayed unanswered."),
                _("So we no longer show it. Nothing is lost: if it is true, one press on the page brings it back."),
            ],
            press,
            link,
        )
    return Words(
        _("Soon it is no longer shown"),
        [
            _("Something you keep with us was not confirmed for a long time. In two weeks we stop showing it."),
            _("If it is true, one press on the page is enough, and it stays."),
        ],
        press,
        link,
    )


def about_feed(message: OutgoingMessage) -> Words:
    """Tell the owner of a feed, whose own address it is, which one and since when; nothing of who meets."""
    source = message.source
    since = wording.day_label(source.failing_since) if source and source.failing_since else ""
    host = (urlsplit(source.address).hostname or "") if source else ""
    lines = [
        _("We read a list from your website, %(host)s. Since %(day)s it cannot be read.")
        % {"host": phrasing.isolated(host), "day": since},
        _("What we know of it stays as it was. After two weeks its pages say that it may be out of date."),
        _("You need do nothing else than put the list back, or tell us its new address."),
    ]
    if source and source.last_error:
        error = phrasing.isolated(complaints.told(source.last_error))
        lines.insert(1, _("The last try ended so: %(error)s.") % {"error": error})
    return Words(_("A list of yours cannot be read"), lines)
