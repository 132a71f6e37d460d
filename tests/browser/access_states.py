"""Run by the site's own shell: everything a page can be about, made at once, told as JSON.

Pages of one person's own place in every state it can have, what waits at both desks, and a
browser's key of each of the demo's people.
"""

import itertools
import json
from datetime import timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from groups.enums import ListingState
from meetings import claims, contacts, occurrences, questions, reports, rsvps, schedules, suggestions, tokens
from meetings.enums import ContactKind, JoinVisibility, LinkPurpose
from meetings.hosting import roles
from meetings.models import Meeting, Occurrence, Twins

now = timezone.now()
made: dict[str, str] = {}


def key_of(address: str) -> str:
    user = User.objects.get(email=address)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


def day_after(meeting: Meeting, days: int):
    return schedules.current_or_next(meeting.schedule(), now=now + timedelta(days=days)).original_on


def own(name: str, **subject) -> None:
    made[name] = f"/rsvp/{tokens.issue(LinkPurpose.PLACE, now=now, **subject)}/"


NOBODY = rsvps.Person()
WITH_MAIL = rsvps.Person(kind=ContactKind.EMAIL, address="states@people.example", alias="Sam")

# A place in every state.
one = Meeting.objects.get(name="One chair")
touched = set(Occurrence.objects.filter(meeting=one).values_list("original_on", flat=True))
days = (day for days in range(2, 100) if (day := day_after(one, days)) not in touched)
free, taken, given_back, on_offer, called_off = itertools.islice(days, 5)
own("place, going", rsvp=rsvps.take_place(one, taken, person=NOBODY, now=now))
own("place, waiting", rsvp=rsvps.take_place(one, taken, person=NOBODY, now=now))
own("place, held until confirmed", rsvp=rsvps.take_place(one, free, person=WITH_MAIL, now=now))
left = rsvps.take_place(one, given_back, person=NOBODY, now=now)
rsvps.give_back(left, now=now)
own("place, given back", rsvp=left)
first = rsvps.take_place(one, on_offer, person=NOBODY, now=now)
next_one = rsvps.take_place(one, on_offer, person=NOBODY, now=now)
rsvps.give_back(first, now=now)
own("place, on offer", rsvp=next_one)
gone = rsvps.take_place(one, called_off, person=NOBODY, now=now)
occurrences.cancel(one, called_off, now=now, reason="The hall is closed")
own("place, date cancelled", rsvp=gone)
eight = Meeting.objects.get(name="RSVP is needed: eight chairs")
own("place, every time", standing=rsvps.start_standing(eight, day_after(eight, 1), person=NOBODY, dates=None, now=now))
made["date, cancelled"] = f"/meetings/{one.slug}/{called_off}/"
made["date, full"] = f"/meetings/{one.slug}/{taken}/"
made["seat, full"] = f"/meetings/{one.slug}/{taken}/rsvp/"
made["seat, closed"] = f"/meetings/{one.slug}/{called_off}/rsvp/"
made["seat, several dates"] = f"/meetings/{eight.slug}/{day_after(eight, 1)}/rsvp/"
code = tokens.issue(LinkPurpose.CODE, now=now, rsvp=next_one, code="314159")
made["code"] = f"/rsvp/code/{code}/"
key = contacts.match_key(ContactKind.EMAIL, WITH_MAIL.address)
made["about me"] = f"/rsvp/about-me/{tokens.issue(LinkPurpose.ABOUT_ME, now=now, contact_key=key)}/"

# What anybody said of a listing.
listed = list(
    Meeting.objects.public().filter(in_person="open", online="none", group__host_roles=None).order_by("pk")[20:24]
)
host, curator = User.objects.get(email="host@demo.example"), User.objects.get(email="curator@demo.example")
kept = Meeting.objects.public().filter(group__host_roles__user=host, in_person="open").order_by("pk").first()
for meeting, address in ((listed[0], "sender@example.org"), (kept, "")):
    sent = suggestions.send(
        "change", {"name": f"{meeting.name} by the door", "notes": "Ring the bell"},
        now=now, meeting=meeting, email=address,
    )  # fmt: skip
    made[f"suggestion of {meeting.pk}"] = (
        f"/suggestion/{tokens.issue(LinkPurpose.SUGGESTION, now=now, suggestion=sent)}/"
    )
for device in "cd":
    reports.send(listed[1], "nobody-there", now=now, device=device * 32, words="We waited an hour")
reports.send(kept, "nobody-there", now=now, device="e" * 32)
made["listing, doubted"] = listed[1].get_absolute_url()
made["desk, reports"] = f"/curate/reports/{listed[1].slug}/"
made["still true"] = f"/still-true/{tokens.issue(LinkPurpose.STILL_TRUE, now=now, group=listed[1].group)}/"
group = listed[2].group
group.contact = contacts.encrypt({"email": "keeper@group.example"})
group.save()
made["ask"] = f"/meetings/{listed[2].slug}/ask/"
asked = questions.ask(listed[2], words="Is there a lift?", reply_to="asker@example.org", now=now)
made["answer"] = f"/rsvp/answer/{tokens.issue(LinkPurpose.ANSWER, now=now, question=asked)}/"
Meeting.objects.filter(pk=listed[3].pk).update(state=ListingState.PAUSED)
made["listing, paused"] = listed[3].get_absolute_url()
made["join"] = (
    f"/meetings/{Meeting.objects.public().filter(join_visibility=JoinVisibility.ON_PRESS).first().slug}/join/"
)

# What waits at the desks.
made["claim"] = f"/host/claims/{claims.make(group, curator, words='I open the door', now=now).public_id}/"
made["desk, claim"] = made["claim"].replace("/host/", "/curate/")
press = roles.new_press()
roles.invite(kept.group, by=host, now=now, press=press)
made["invitation"] = f"/host/invitation/{roles.secret_of(kept.group, host, press, now=now)}/"
pair, _new = Twins.objects.get_or_create(one=listed[0], other=listed[2], defaults={"likeness": 90, "found_at": now})
made["desk, twins"] = f"/curate/twins/{pair.pk}/"
made["desk, contact"] = f"/curate/contact/group/{group.slug}/"
occurrences.pause(kept, first_on=day_after(kept, 20), last_on=day_after(kept, 40), now=now)

for name in ("host", "curator", "admin"):
    made[f"key of {name}"] = key_of(f"{name}@demo.example")
print("MADE", json.dumps(made))
