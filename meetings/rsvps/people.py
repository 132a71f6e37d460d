"""What somebody gives when they say that they will come, and how it is kept and forgotten."""

from dataclasses import dataclass

from groups.identifiers import public_id_of
from meetings import contacts
from meetings.enums import ContactKind
from meetings.models import Question, Rsvp, StandingRsvp
from meetings.reminders import wishes

# What is erased of a person; `erased` in SQL and in `forget` below is the same.
ERASED = {
    "contact": None,
    "contact_key": "",
    "contact_kind": ContactKind.NONE,
    "alias": None,
    "host_sees_alias": False,
    "language": "",
}


@dataclass(frozen=True, slots=True)
class Given:
    """A person's data as it is kept: encrypted, with the key to match it by."""

    contact: bytes | None
    contact_key: str
    contact_kind: ContactKind
    alias: bytes | None
    host_sees_alias: bool
    others: int
    language: str
    # Of somebody who gave no address: the same for a button pressed twice. "": any.
    public_id: str = ""

    def write_to(self, kept: Rsvp | StandingRsvp) -> None:
        if self.public_id:
            kept.public_id = self.public_id
        kept.contact = self.contact
        kept.contact_key = self.contact_key
        kept.contact_kind = self.contact_kind
        kept.alias = self.alias
        kept.host_sees_alias = self.host_sees_alias
        kept.others = self.others
        kept.language = self.language


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody chose to tell: by default nothing at all, "just count me".

    `others` is how many more come along, 0 to 3. An alias is any name they like. `language` is
    the code of the one that messages come in, "" for the site's own. `press` names the press of
    the button: somebody without an address is known by it when they press twice.
    """

    kind: ContactKind = ContactKind.NONE
    address: str = ""
    alias: str = ""
    host_sees_alias: bool = False
    others: int = 0
    language: str = ""
    press: str = ""

    def sealed(self) -> Given:
        has_address = self.kind != ContactKind.NONE and bool(self.address)
        return Given(
            contact=contacts.sealed(self.kind, self.address) if has_address else None,
            contact_key=contacts.match_key(self.kind, self.address) if has_address else "",
            contact_kind=self.kind if has_address else ContactKind.NONE,
            alias=sealed_alias(self.alias),
            host_sees_alias=self.host_sees_alias and bool(self.alias),
            others=self.others,
            language=self.language,
            public_id="" if has_address or not self.press else _id_of(self.press),
        )


def given_to(kept: Rsvp | StandingRsvp) -> Given:
    """Return what is kept of a person, to write it to another date of theirs."""
    return Given(
        contact=kept.contact,
        contact_key=kept.contact_key,
        contact_kind=ContactKind(kept.contact_kind),
        alias=kept.alias,
        host_sees_alias=kept.host_sees_alias,
        others=kept.others,
        language=kept.language,
    )


def _id_of(press: str) -> str:
    return public_id_of(int(contacts.keyed_hash(f"press:{press}"), 16))


def sealed_alias(alias: str) -> bytes | None:
    return contacts.encrypt({"alias": alias}) if alias else None


def alias_of(kept: Rsvp | StandingRsvp) -> str:
    """Return the name the person chose, "" for none."""
    return contacts.decrypt(kept.alias).get("alias", "") if kept.alias is not None else ""


def address_of(kept: Rsvp | StandingRsvp | Question) -> str:
    """Return the person's address, "" for none."""
    return contacts.address_of(kept.contact) if kept.contact is not None else ""


def forget(kept: Rsvp | StandingRsvp) -> None:
    """Erase who it was, and how they were reached. That somebody came, and with how many, stays."""
    wishes.forget(**{"rsvps" if isinstance(kept, Rsvp) else "standing": [kept.pk]})
    for name, value in ERASED.items():
        setattr(kept, name, value)
    kept.save(update_fields=list(ERASED))
