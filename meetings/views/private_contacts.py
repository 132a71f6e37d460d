"""Reading a private contact: asked for a reason, written down, shown once."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groups import access
from groups.enums import PrivateContact
from meetings import private_contacts


class ReasonForm(forms.Form):
    why = forms.CharField(
        label=_("Why do you need it?"),
        max_length=private_contacts.LONGEST_REASON,
        help_text=_("It is kept beside your name and the time, and admins can read it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@access.for_curators
def private_contact(request: HttpRequest, what: str, subject: str) -> HttpResponse:
    """Ask for the reason; with one, leave the row and show the contact."""
    if what not in PrivateContact.values:
        raise Http404
    kind = PrivateContact(what)
    owner = private_contacts.get_owner(request.user, kind, subject)
    form = ReasonForm(request.POST or None, label_suffix="")
    context = {"owner": owner, "kind": kind, "form": form, "has_one": private_contacts.has_one(owner)}
    if request.method == "POST":
        if not form.is_valid():
            return render(request, "curate/private_contact.html", context, status=422)
        context["lines"] = private_contacts.read(
            request.user, kind, subject, why=form.cleaned_data["why"], now=timezone.now()
        )
        context["is_read"] = True
    return render(request, "curate/private_contact.html", context)
