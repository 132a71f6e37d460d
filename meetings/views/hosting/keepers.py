"""Who keeps a group: inviting, vouching, handing over, leaving."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from groups import access
from groups.enums import Role
from groups.models import Claim, Group
from meetings import claims, limits
from meetings.curation import answers
from meetings.hosting import forms, roles
from meetings.views.hosting.shared import done, for_people, name_in, of_group, page
from meetings.views.rsvps import link_expired


@require_http_methods(["GET", "HEAD", "POST"])
@of_group
def hosts(request: HttpRequest, group: Group) -> HttpResponse:
    """Show who keeps the group and who asks to; invite, vouch, hand over, leave."""
    now = timezone.now()
    form = forms.InviteForm()
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        match request.POST.get("action"):
            case "invite":
                limits.take(limits.INVITE_BY_USER, str(request.user.pk), now=now)
                form = forms.InviteForm(request.POST)
                status = 422
                if form.is_valid():
                    said = form.cleaned_data
                    press = said["press"] or roles.new_press()
                    roles.invite(
                        group,
                        by=request.user,
                        now=now,
                        press=press,
                        hands_over=said["hands_over"],
                        address=said["email"],
                    )
                    if said["email"]:
                        return done("host:hosts", group.slug, said="invited")
                    return done("host:hosts", group.slug, said="link", press=press)
            case "leave":
                try:
                    even_as_the_last = request.POST.get("sure") == "yes"
                    roles.leave(group, request.user, now=now, even_as_the_last=even_as_the_last)
                    return done("host:home", said="left")
                except roles.LastHost:
                    context["is_the_last"] = True
                    status = 409
            case _:
                return _press(request, group, now=now)
    context |= {
        "group": group,
        "link": _link(request, group, now=now),
        "form": form,
        "keepers": roles.keepers(group, me=request.user),
        "invitations": roles.open_invitations(group, now=now),
        "claims": [
            (claim, roles.masked(claim.user.email)) for claim in claims.open_claims([group]).exclude(user=request.user)
        ],
        "wished": roles.HOSTS_WISHED,
    }
    return page(request, "hosts", context, status=status)


def _link(request: HttpRequest, group: Group, *, now: datetime) -> str:
    """Return the address of the invitation that was just made, for whoever made it; "" for none."""
    press = request.GET.get("press", "")
    secret = roles.secret_of(group, request.user, press, now=now) if press else ""
    return settings.SITE_URL + reverse("host:invitation", args=[secret]) if secret else ""


def _press(request: HttpRequest, group: Group, *, now: datetime) -> HttpResponse:
    number = name_in(request.POST, "id")
    match request.POST.get("action"):
        case "revoke" if number.isdecimal():
            roles.revoke_invitation(group, int(number), now=now)
            return done("host:hosts", group.slug, said="revoked")
        case "mail" | "no-mail" as wish:
            roles.ask_by_mail(group, request.user, is_asked=wish == "mail")
            return done("host:hosts", group.slug, said="kept")
        case "vouch" | "refuse" as verdict:
            claim = Claim.objects.select_related("group").filter(group=group, public_id=number).first()
            if claim is None:
                return done("host:hosts", group.slug, said="")
            is_accepted = verdict == "vouch"
            try:
                decision = answers.decide_claim(
                    claim, is_accepted=is_accepted, by=request.user, now=now, role=Role.HOST
                )
            except (claims.ClaimDecided, claims.OwnClaim):
                return done("host:hosts", group.slug, said="")
            return done("host:hosts", group.slug, said="vouched" if is_accepted else "refused", decision=decision)
    return done("host:hosts", group.slug, said="")


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether somebody wants to keep a group; a press makes them a host."""
    now = timezone.now()
    try:
        found = roles.find_invitation(token, now=now)
        if request.method == "POST":
            role = roles.take_invitation(token, request.user, now=now)
            return done("host:group", role.group.slug, said="host")
    except roles.InvitationUnknown:
        return link_expired(request, now=now)
    is_mine = access.may_host(request.user, found.group)
    return page(request, "invitation", {"invitation": found, "group": found.group, "is_mine": is_mine})
