"""Places: found, pinned, put right for every meeting there."""

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from groups.access import for_curators
from meetings import access, listing_fields
from meetings.curation import venues
from meetings.curation.forms import ReasonForm, places_named
from meetings.listing_fields import Askable, Part
from meetings.listing_forms import ListingForm
from meetings.models import Venue
from meetings.views.curating.decided import say_done
from meetings.views.private import see_other

PER_PAGE = 50


@require_GET
@for_curators
def venue_list(request: HttpRequest) -> HttpResponse:
    said = request.GET.get("q", "").strip()[:200]
    without = request.GET.get("position") == "missing"
    ours = Venue.objects.filter(access.of_venues(request.scope))
    found = places_named(Venue.objects.filter(pk__in=ours.order_by().values("pk")), said)
    if without:
        found = found.filter(latitude=None)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page", 1))
    counts = dict(
        Venue.objects.filter(pk__in=[venue.pk for venue in page.object_list])
        .order_by()
        .annotate(number=Count("meetings"))
        .values_list("pk", "number")
    )
    rows = [(venue, counts.get(venue.pk, 0)) for venue in page.object_list]
    context = {"part": "places", "page": page, "rows": rows, "said": said, "without": without}
    return render(request, "curate/venue_list.html", context)


@require_http_methods(["GET", "POST"])
@for_curators
def venue(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a place for everybody who meets there. Geography never keeps it from being saved."""
    found = access.get_curated_venue(request.user, public_id)
    meeting = venues.meeting_at(found)
    if meeting is None:
        return render(request, "curate/venue_unused.html", {"part": "places", "venue": found})
    data = request.POST.copy() if request.method == "POST" else None
    press = data.get("press", "") if data is not None else ""
    if data is not None and press:
        _fill_in(data, press)
    form = ListingForm(data, listing=meeting, for_whom=Askable.CURATORS, of=(Part.VENUE,))
    reason = ReasonForm(data)
    if data is not None and not press and form.is_valid() and reason.is_valid():
        try:
            made = venues.change(
                found, meeting, form.changes, by=request.user, now=timezone.now(),
                reason=reason.cleaned_data["reason"],
            )  # fmt: skip
        except listing_fields.InvalidChange as invalid:
            for name, words in invalid.errors.items():
                form.add_error(None, f"{listing_fields.label(name)}: {words}")
        else:
            if made is not None:
                say_done(request, made, _("Saved, for every meeting there."))
            return see_other(reverse("curate:venue", args=[public_id]))
    street = data.get("venue_street", "") if data is not None else found.street
    context = {
        "part": "places",
        "venue": found,
        "form": form,
        "reason": reason,
        "meetings": list(found.meetings.select_related("group").order_by("name", "pk")[:20]),
        "directions": venues.directions_in(street),
        "map": {"tiles": settings.MAP_TILES_URL, "credit": settings.MAP_TILES_CREDIT},
    }
    # What was filled in for the visitor is no mistake of theirs.
    is_wrong = data is not None and not press and bool(form.errors or reason.errors)
    return render(request, "curate/venue.html", context, status=422 if is_wrong else 200)


def _fill_in(data, press: str) -> None:
    """Fill in what a press asks for; nothing is saved yet."""
    if press == "from-address":
        values = {name: data.get(name, "") for name in listing_fields.ADDRESS}
        values["venue_country"] = _country(values["venue_country"])
        for name, value in venues.from_the_address(values).items():
            if name == "venue_is_approximate":
                data[name] = "on"
            elif name != "venue_country":
                data[name] = "" if value is None else str(value)
    elif press == "move-words":
        street, how = venues.without_directions(data.get("venue_street", ""), data.get("venue_how_to_find", ""))
        data["venue_street"], data["venue_how_to_find"] = street, how


def _country(said: str) -> str:
    from meetings import regions

    return regions.country_code(said.strip())
