"""What the pages of hosts share: who is let in, and what is said after a press."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups import access as groups_access
from meetings import access, limits
from meetings.hosting import editing
from meetings.models import Decision
from recovery import views as plain

View = Callable[..., HttpResponse]

# What was done, by the word that an address carries to the next page. Never words of a person.
_SAID = {
    "true": _("Thank you. Everybody can see now that it is true today."),
    "saved": _("Saved. The listing says so everywhere."),
    "same": _("Nothing was different, so nothing was changed."),
    "undone": _("It is as it was before."),
    "not-undone": _("That can no longer be taken back."),
    "some-stayed": _("It is as it was before, but for what was changed again since."),
    "new": _("The meeting is listed."),
    "closed": _("The meeting is closed for now. Those who meant to come are told."),
    "gone": _("The meeting is no longer listed. Those who meant to come are told."),
    "group-gone": _("The group is no longer listed, and none of its meetings. Those who meant to come are told."),
    "group-opened": _("The group is listed again."),
    "opened": _("The meeting is listed again."),
    "cancelled": _("The date is cancelled. Those who are coming are told within five minutes."),
    "restored": _("The date takes place. Those who are coming are told within five minutes."),
    "moved": _("The date is changed. Those who are coming are told within five minutes."),
    "noted": _("The note is on the page of that date."),
    "counted": _("Thank you. It is written down."),
    "roster": _("The list of this date is changed."),
    "paused": _("The pause is on the page. People with a seat at its dates are told."),
    "pause-ended": _("The pause is over."),
    "answered": _("Thank you. The report is answered."),
    "decided": _("Thank you. Whoever suggested it is told, if they left an address."),
    "notice": _("The notice is on the board."),
    "notice-down": _("The notice is taken down."),
    "kept": _("Saved."),
    "asked": _("Thank you. Your claim is open."),
    "code-again": _("If the group has left us an address, a new code is on its way."),
    "host": _("You keep this group now. Thank you."),
    "vouched": _("Thank you. They keep the group with you now."),
    "refused": _("The claim is refused."),
    "withdrawn": _("Your claim is taken back."),
    "invited": _("The invitation is on its way."),
    "link": _("Here is the link for one person. It is good for one week."),
    "revoked": _("The invitation opens nothing any more."),
    "left": _("You no longer keep this group."),
}


def said_by(word: str) -> str:
    """Return the sentence of a word, "" for one we do not know."""
    return str(_SAID.get(word, ""))


def for_people(view: View) -> View:
    """Let people in who are signed in, and tell whoever presses too often to wait."""

    @groups_access.for_members
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except limits.TooMany as refused:
            return plain.too_many_requests(request, retry_after=refused.retry_after)

    return guarded


def of_group(view: View) -> View:
    """Give the view the group of the address, for its hosts alone; 404 for everybody else."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        return view(request, groups_access.get_hosted_group(request.user, slug), **kwargs)

    return for_people(guarded)


def of_meeting(view: View) -> View:
    """Give the view the meeting of the address, for the hosts of its group alone; 404 for everybody else."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        return view(request, access.get_hosted_meeting(request.user, slug), **kwargs)

    return for_people(guarded)


def page(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """Answer with a page of the hosts' section, and on it what the press before has done.

    An answer to a press that failed does not repeat what an earlier one has done.
    """
    said = _done(request) if request.method != "POST" else None
    return render(request, f"host/{template}.html", dict(context) | {"done": said}, status=status)


def name_in(data: QueryDict, key: str) -> str:
    """Return a public id or a number that a form or an address names; "" for what is neither."""
    text = data.get(key, "")
    return text if text.isalnum() and text.isascii() and len(text) <= 40 else ""


def done(to: str, *args: Any, said: str, decision: Decision | None = None, **more: str) -> HttpResponse:
    """Answer a press: the page to look at next says what was done, and offers to take it back."""
    query = {"done": said} | ({"decision": decision.public_id} if decision is not None else {}) | more
    response = HttpResponseRedirect(f"{reverse(to, args=args)}?{urlencode(query)}")
    response.status_code = 303
    return response


def _done(request: HttpRequest) -> dict[str, str] | None:
    words = said_by(request.GET.get("done", ""))
    if not words:
        return None
    public_id = name_in(request.GET, "decision")
    decision = Decision.objects.filter(public_id=public_id, made_by=request.user).first() if public_id else None
    is_open = decision is not None and editing.may_take_back(decision, request.user, now=timezone.now())
    return {"words": words, "undo": reverse("host:undo", args=[decision.public_id]) if is_open else ""}
