"""Saying "I keep this group", and showing it: by a code sent to the group's contact, or by somebody's word.

Whoever claims learns nothing of the contact: with one on record and without, the same is
answered, written down and worked out. A code that went nowhere is known to nobody.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from groups import access
from groups.enums import CameBy, ClaimState, GroupState, Role
from groups.models import Claim, Group, HostRole
from meetings import codes, contacts, posting, questions, tokens
from meetings.enums import LinkPurpose

# A group's mailbox is not read every day.
CODE_LIVES = timedelta(days=3)
# Nobody vouched in all this time.
OPEN_FOR = timedelta(days=30)
# What somebody said of themselves is forgotten so long after it was decided.
WORDS_KEPT_FOR = timedelta(days=30)
LONGEST_WORDS = 1000

CAME_BY = {Role.CURATOR: CameBy.CURATOR, Role.HOST: CameBy.HOST}


class AlreadyHost(Exception):
    """The person keeps this group already."""


class ClaimDecided(Exception):
    """The claim is not open any more."""


class OwnClaim(Exception):
    """Nobody vouches for themselves."""


def can_be_claimed(group: Group) -> bool:
    """Tell whether there is a listing to keep: a public one, or one that was taken off the list."""
    return group.state in (GroupState.PUBLIC, GroupState.UNLISTED)


def make(group: Group, user: User, *, words: str, now: datetime) -> Claim:
    """Write down that this person says they keep the group, and send a code to its contact.

    Asking twice is one claim, and one code as long as that lives. The work is the same
    whether there is a contact or not.

    Raises AlreadyHost.
    """
    with transaction.atomic():
        if access.may_host(user, group):
            raise AlreadyHost
        claim = _open_claim(group, user)
        if claim is None:
            try:
                with transaction.atomic():
                    claim = Claim.objects.create(group=group, user=user, words=words, made_at=now)
            except IntegrityError:
                # The other of two presses made it a moment ago.
                claim = _open_claim(group, user)
                if claim is None:
                    raise
        if words and claim.words != words:
            claim.words = words
            claim.save(update_fields=["words"])
        if claim.code_until is None or claim.code_until <= now:
            _send_code(claim, group, now=now)
    return claim


def send_again(claim: Claim, *, now: datetime) -> None:
    """Send a new code; the one before opens nothing any more. Raises ClaimDecided."""
    with transaction.atomic():
        claim = _locked(claim)
        _send_code(claim, claim.group, now=now)


def show_code(claim: Claim, code: str, *, now: datetime) -> HostRole:
    """Make the person a host, who has the code.

    Raises codes.WrongCode: also for the right one after five wrong ones, or when it ran out.
    """
    # Counted before it is looked at, so that many at once have no more tries than one after the other.
    this = Claim.objects.filter(pk=claim.pk, state=ClaimState.OPEN, code_until__gt=now, code_tries__lt=codes.MOST_TRIES)
    if not this.update(code_tries=F("code_tries") + 1):
        raise codes.WrongCode
    claim.refresh_from_db(fields=["code_digest", "code_tries"])
    if not codes.is_right(code, claim.code_digest):
        raise codes.WrongCode
    return _accept(claim, by=claim.user, came_by=CameBy.CODE, now=now)


def accept(claim: Claim, *, by: User, role: Role, now: datetime) -> HostRole:
    """Make the person a host by the word of a curator or of another host. Accepting twice is once.

    Raises ClaimDecided when it was refused, withdrawn or had run out, OwnClaim.
    """
    if claim.user_id == by.pk:
        raise OwnClaim
    return _accept(claim, by=by, came_by=CAME_BY[role], now=now)


def refuse(claim: Claim, *, by: User, role: Role, now: datetime, reason: str = "") -> None:
    """Refuse the claim; `reason` is for the person to read. Raises ClaimDecided."""
    with transaction.atomic():
        claim = _locked(claim)
        _decide(claim, ClaimState.REFUSED, by=by, now=now, reason=reason)


def withdraw(claim: Claim, *, now: datetime) -> None:
    """Take one's own claim back. Raises ClaimDecided."""
    with transaction.atomic():
        claim = _locked(claim)
        _decide(claim, ClaimState.WITHDRAWN, by=None, now=now)


def reopen(claim: Claim, *, now: datetime) -> None:
    """Undo a decision: the claim is open again, and who became a host by it is none any more."""
    with transaction.atomic():
        claim = Claim.objects.select_for_update(of=("self",)).select_related("group", "user").get(pk=claim.pk)
        if claim.state == ClaimState.OPEN:
            return
        if claim.state == ClaimState.ACCEPTED:
            HostRole.objects.filter(group=claim.group, user=claim.user, ended_at=None).update(ended_at=now)
            tokens.revoke(now=now, purpose=LinkPurpose.STILL_TRUE, group=claim.group)
        other = _open_claim(claim.group, claim.user)
        if other is not None:
            # Asked again meanwhile: that one is looked at.
            return
        claim.state, claim.decided_at, claim.decided_by, claim.reason = ClaimState.OPEN, None, None, ""
        claim.made_at = now
        claim.save(update_fields=["state", "decided_at", "decided_by", "reason", "made_at"])


def open_claims(groups: Iterable[Group] | QuerySet[Group]) -> QuerySet[Claim]:
    """Return the open claims of these groups, oldest first, with group and user."""
    return Claim.objects.filter(group__in=groups, state=ClaimState.OPEN).select_related("group", "user")


def run_out(*, now: datetime) -> int:
    """Close claims that nobody vouched for, and forget the words of those long decided. Returns how many closed."""
    closed = Claim.objects.filter(state=ClaimState.OPEN, made_at__lte=now - OPEN_FOR).update(
        state=ClaimState.RUN_OUT, decided_at=now, code_digest="", code_until=None
    )
    Claim.objects.filter(decided_at__lte=now - WORDS_KEPT_FOR).exclude(words="").update(words="")
    return closed


def _open_claim(group: Group, user: User) -> Claim | None:
    return Claim.objects.select_for_update().filter(group=group, user=user, state=ClaimState.OPEN).first()


def _locked(claim: Claim) -> Claim:
    found = Claim.objects.select_for_update(of=("self",)).select_related("group", "user").get(pk=claim.pk)
    if found.state != ClaimState.OPEN:
        raise ClaimDecided
    return found


def _send_code(claim: Claim, group: Group, *, now: datetime) -> None:
    code = codes.new()
    claim.code_digest, claim.code_until, claim.code_tries = codes.digest(code), now + CODE_LIVES, 0
    claim.save(update_fields=["code_digest", "code_until", "code_tries"])
    posting.send_claim_code(claim, _address(group), code, now=now)


def _address(group: Group) -> str:
    """Return the address on record, "" for none, with the same work for both."""
    if group.contact is None:
        contacts.decrypt(_of_nobody(tuple(settings.CONTACT_KEYS)))
        return ""
    return questions.address_of(group)


@lru_cache(maxsize=2)
def _of_nobody(_keys: tuple[str, ...]) -> bytes:
    return contacts.encrypt({"email": "nobody@localhost"})


def _accept(claim: Claim, *, by: User, came_by: CameBy, now: datetime) -> HostRole:
    with transaction.atomic():
        claim = Claim.objects.select_for_update(of=("self",)).select_related("group", "user").get(pk=claim.pk)
        # One at a time for a group: two claims of one person cannot be two roles.
        group = Group.objects.select_for_update(of=("self",)).get(pk=claim.group_id)
        role = HostRole.objects.filter(group=group, user=claim.user, ended_at=None).first()
        if claim.state == ClaimState.ACCEPTED and role is not None:
            return role
        if claim.state != ClaimState.OPEN:
            raise ClaimDecided
        _decide(claim, ClaimState.ACCEPTED, by=by, now=now)
        if role is None:
            others = list(access.hosts_of(group))
            role = HostRole.objects.create(group=group, user=claim.user, came_by=came_by, since=now)
            posting.send_new_host(group, [other.email for other in others if other != by], now=now)
    return role


def _decide(claim: Claim, state: ClaimState, *, by: User | None, now: datetime, reason: str = "") -> None:
    claim.state, claim.decided_at, claim.decided_by, claim.reason = state, now, by, reason
    # A code opens nothing any more.
    claim.code_digest, claim.code_until = "", None
    claim.save(update_fields=["state", "decided_at", "decided_by", "reason", "code_digest", "code_until"])
