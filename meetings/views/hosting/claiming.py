"""Saying that one keeps a group, and showing it by a code. Nothing is told of the group's contact."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups import access
from groups.enums import ClaimState
from groups.models import Claim, Group
from meetings import claims, codes, limits
from meetings.hosting import forms
from meetings.views.hosting.shared import done, for_people, page
from meetings.views.private import count


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what somebody does for the group, and begin their claim."""
    group = Group.objects.filter(slug=slug).first()
    if group is None or not claims.can_be_claimed(group):
        raise Http404
    if access.may_host(request.user, group):
        return redirect("host:group", group.slug)
    form = forms.ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        count(request, limits.CLAIM_FROM_NETWORK, now=now)
        limits.take(limits.CLAIM_BY_USER, str(request.user.pk), now=now)
        limits.take(limits.CLAIM_OF_GROUP, str(group.pk), now=now)
        try:
            made = claims.make(group, request.user, words=form.cleaned_data["words"], now=now)
        except claims.AlreadyHost:
            return redirect("host:group", group.slug)
        return done("host:claim_detail", made.public_id, said="asked")
    status = 422 if request.method == "POST" else 200
    return page(request, "claim", {"group": group, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def claim_detail(request: HttpRequest, claim: str) -> HttpResponse:
    """Show somebody's own claim: to type the code, to have it sent again, to take the claim back."""
    mine = Claim.objects.select_related("group").filter(public_id=claim, user=request.user).first()
    if mine is None:
        raise Http404
    if mine.state == ClaimState.ACCEPTED and access.may_host(request.user, mine.group):
        if request.method == "POST":
            return done("host:group", mine.group.slug, said="host")
        return redirect("host:group", mine.group.slug)
    form = forms.CodeForm()
    status = 200
    if request.method == "POST":
        now = timezone.now()
        try:
            match request.POST.get("action"):
                case "again":
                    limits.take(limits.CLAIM_BY_USER, str(request.user.pk), now=now)
                    limits.take(limits.CLAIM_OF_GROUP, str(mine.group_id), now=now)
                    claims.send_again(mine, now=now)
                    return done("host:claim_detail", mine.public_id, said="code-again")
                case "withdraw":
                    claims.withdraw(mine, now=now)
                    return done("host:home", said="withdrawn")
                case _:
                    limits.take(limits.CLAIM_CODE_BY_USER, str(request.user.pk), now=now)
                    form = forms.CodeForm(request.POST)
                    status = 422
                    if form.is_valid():
                        claims.show_code(mine, form.cleaned_data["code"], now=now)
                        return done("host:group", mine.group.slug, said="host")
        except codes.WrongCode:
            form.add_error(
                "code", _("That is not the code, or it ran out, or it was tried too often. You can have a new one.")
            )
        except claims.ClaimDecided:
            return redirect("host:claim_detail", mine.public_id)
    return page(request, "claim_detail", {"claim": mine, "group": mine.group, "form": form}, status=status)
