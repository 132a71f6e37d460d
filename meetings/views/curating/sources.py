"""Feeds: where listings come from, how they are read, and what each reading would change."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access
from groups.access import for_curators
from groups.enums import ImportAction, ImportOutcome, ListingState, ReadingKind, ReadingState
from groups.models import FeedReading, ImportRun, Source
from meetings import listing_fields, tasks
from meetings.feeds import conflicts, fetching, previewing, readings, refreshing, why
from meetings.models import Meeting
from meetings.source_forms import PreviewForm, SourceForm
from meetings.views.private import see_other

logger = logging.getLogger(__name__)

PER_PAGE = 50
RUNS_PER_PAGE = 25
_ACTIONS = [action.value for action in ImportAction]
SKIPPED = "skipped"
_A_MOMENT = timedelta(seconds=30)


@require_safe
@never_cache
@for_curators
def sources(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    last = ImportRun.objects.filter(source=OuterRef("pk")).exclude(outcome=ImportOutcome.PREVIEW)
    listed = (
        request.scope.sources()
        .select_related("approach", "fellowship")
        .annotate(last_outcome=Subquery(last.order_by("-started_at", "-pk").values("outcome")[:1]))
        .order_by("name", "pk")
    )
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    counted = _counts([source.pk for source in page])
    waiting = set(
        FeedReading.objects.filter(
            source__in=[source.pk for source in page], state__in=(ReadingState.WAITING, ReadingState.RUNNING)
        ).values_list("source", flat=True)
    )  # fmt: skip
    rows = [
        {
            "source": source,
            "health": refreshing.health_of(source, last_outcome=source.last_outcome or "", now=now),
            "shown": counted.get(source.pk, 0),
            "is_read_now": source.pk in waiting,
        }
        for source in page
    ]
    return render(request, "curate/source_list.html", {"part": "sources", "page": page, "rows": rows, "now": now})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_curators
def source_new(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = SourceForm(request.POST or None, request.FILES or None, scope=request.scope)
    if request.method == "POST" and (twin := _made_a_moment_ago(request, now)):
        return see_other("curate:source_reading", twin.source.slug, twin.public_id)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            source = form.save()
            reading = _preview(request, source, form.cleaned_data.get("file"), now)
        _nudge()
        return see_other("curate:source_reading", source.slug, reading.public_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "curate/source_form.html", {"part": "sources", "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_curators
def source_edit(request: HttpRequest, slug: str) -> HttpResponse:
    source = access.get_curated_source(request.user, slug)
    form = SourceForm(request.POST if request.method == "POST" else None, instance=source, scope=request.scope)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("What you changed is kept."))
        return see_other("curate:source", source.slug)
    status = 422 if request.method == "POST" else 200
    context = {"part": "sources", "form": form, "source": Source.objects.get(pk=source.pk)}
    return render(request, "curate/source_form.html", context, status=status)


@require_safe
@never_cache
@for_curators
def source(request: HttpRequest, slug: str) -> HttpResponse:
    source = access.get_curated_source(request.user, slug)
    return _source_page(request, source, PreviewForm(), status=200)


@require_POST
@for_curators
def source_read(request: HttpRequest, slug: str) -> HttpResponse:
    """Order a preview: of the feed's address, or of a file that is sent along."""
    source = access.get_curated_source(request.user, slug)
    file = None
    if "from_file" in request.POST:
        form = PreviewForm(request.POST, request.FILES)
        if not form.is_valid():
            return _source_page(request, source, form, status=422)
        file = form.cleaned_data["file"]
    try:
        reading = _preview(request, source, file, timezone.now())
    except readings.NothingToRead:
        form = PreviewForm(request.POST, request.FILES)
        form.add_error(None, _("This feed has no web address. Please send a file of it."))
        return _source_page(request, source, form, status=422)
    except readings.IsBusy:
        form = PreviewForm(request.POST, request.FILES)
        form.add_error(None, _("Another reading of this feed is at work. Try soon."))
        return _source_page(request, source, form, status=422)
    _nudge()
    return see_other("curate:source_reading", source.slug, reading.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_curators
def source_reading(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """One reading: how far it is; then what it would change, and the question whether it shall."""
    source = access.get_curated_source(request.user, slug)
    reading = get_object_or_404(
        FeedReading.objects.select_related("source", "run__source"), source=source, public_id=public_id
    )  # fmt: skip
    now = timezone.now()
    if reading.state == ReadingState.RUNNING and readings.is_broken_off(reading):
        readings.settle(now=now)
        reading.refresh_from_db()
    if request.method == "POST":
        return _decide(request, reading, now)
    if request.htmx and not reading.is_open:
        # The page itself says what came of it.
        return HttpResponse(headers={"HX-Refresh": "true"})
    if request.htmx:
        context = {"reading": reading, "progress": readings.progress_of(reading), "source": source}
        return render(request, "curate/source_progress.html", context)
    return _reading_page(request, reading)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_curators
def source_run(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """One import: what it changed, row by row, and the way to take it back."""
    source = access.get_curated_source(request.user, slug)
    kept = get_object_or_404(ImportRun.objects.select_related("source"), source=source, pk=run)
    if request.method == "POST":
        reading = readings.ask_to_roll_back(kept, by=request.user, now=timezone.now())
        _nudge()
        return see_other("curate:source_reading", source.slug, reading.public_id)
    can_roll_back = kept.outcome == ImportOutcome.DONE and kept.rolled_back_at is None and kept.changes.exists()
    context = {
        "part": "sources",
        "source": source,
        "run": kept,
        "can_roll_back": can_roll_back,
        "is_preview": kept.outcome == ImportOutcome.PREVIEW,
    }
    return render(request, "curate/source_run.html", context | _changes(request, kept))


@require_safe
@never_cache
@for_curators
def source_rows(request: HttpRequest, slug: str) -> HttpResponse:
    """Why a row of the feed is, or is not, on the site."""
    source = access.get_curated_source(request.user, slug)
    asked = request.GET.get("q", "")[:255]
    stories = why.rows_named(source, asked, now=timezone.now())
    context = {"part": "sources", "source": source, "asked": asked, "stories": stories}
    return render(request, "curate/source_rows.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_curators
def source_conflicts(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the feed and what was put right here differ, field by field: theirs, or ours."""
    source = access.get_curated_source(request.user, slug)
    error = ""
    if request.method == "POST":
        key, now = request.POST.get("about", ""), timezone.now()
        try:
            if request.POST.get("choose") == "theirs":
                conflicts.take_theirs(source, key, by=request.user, now=now)
                messages.success(request, _("The feed's value stands now. You can take that back under “Decided”."))
            else:
                conflicts.keep_ours(source, key, by=request.user, now=now)
                messages.success(request, _("Ours stays, until the feed says something new."))
            return see_other("curate:source_conflicts", source.slug)
        except conflicts.NoSuchDifference:
            messages.info(request, _("That was decided already."))
            return see_other("curate:source_conflicts", source.slug)
        except listing_fields.InvalidChange as invalid:
            error = " ".join(invalid.errors.values())
    waiting, corrected = conflicts.of_source(source), conflicts.corrections_of(source)
    if source.open_conflicts != len(waiting):
        Source.objects.filter(pk=source.pk).update(open_conflicts=len(waiting))
    page = Paginator([*waiting, *corrected], PER_PAGE).get_page(request.GET.get("page"))
    context = {"part": "sources", "source": source, "page": page, "waiting": len(waiting), "error": error}
    return render(request, "curate/source_conflicts.html", context, status=422 if error else 200)


# ── What the pages share ────────────────────────────────────────────────────


def _source_page(request: HttpRequest, source: Source, form: PreviewForm, *, status: int) -> HttpResponse:
    runs = Paginator(source.runs.order_by("-started_at", "-pk"), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    last = source.runs.exclude(outcome=ImportOutcome.PREVIEW).order_by("-started_at", "-pk").first()
    waiting = source.readings.filter(kind=ReadingKind.PREVIEW, state=ReadingState.DONE, pieces__isnull=False)
    context = {
        "part": "sources",
        "source": source,
        "form": form,
        "health": refreshing.health_of(source, last_outcome=last.outcome if last else "", now=timezone.now()),
        "has_address": fetching.is_address(source.address),
        "shown": _counts([source.pk]).get(source.pk, 0),
        "runs": runs,
        "open_reading": readings.open_reading(source),
        "undecided": waiting.distinct().order_by("-asked_at").first(),
        "schedule": dict(refreshing.SCHEDULES).get(source.refresh_every, ""),
        "keeps_email": source.owner_contact is not None,
        "zone": listing_fields.words("time_zone", source.time_zone),
        "country": listing_fields.words("venue_country", source.country),
    }
    return render(request, "curate/source_detail.html", context, status=status)


def _reading_page(request: HttpRequest, reading: FeedReading, *, error: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "part": "sources",
        "source": reading.source,
        "reading": reading,
        "progress": readings.progress_of(reading) if reading.is_open else "",
        "run": reading.run,
        "error": error,
        "is_preview": reading.kind == ReadingKind.PREVIEW,
        "is_decidable": readings.is_decidable(reading),
        "taken_by": reading.fetched.get("taken_by", ""),
        "is_refused": reading.fetched.get("is_refused", False),
    }
    if reading.run is not None:
        context |= _changes(request, reading.run)
        context["needs_tick"] = context["is_decidable"] and previewing.removal_needs_a_tick(reading.run)
        run = reading.run
        context["changes_nothing"] = not (run.created or run.updated or run.removed)
    return render(request, "curate/source_reading.html", context, status=422 if error else 200)


def _changes(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    """Return what a run changed, of the kind that is asked for, else of the first there is any of."""
    counts = previewing.counts_of(run)
    kinds = [*_ACTIONS, SKIPPED]
    numbers = counts | {SKIPPED: run.skipped}
    shown = request.GET.get("show", "")
    if shown not in kinds:
        shown = next((kind for kind in kinds if numbers[kind]), ImportAction.CREATED.value)
    labels = dict(ImportAction.choices) | {SKIPPED: _("Left out")}
    # Of a preview no more than a thousand of each kind are kept; how many there are is on the run.
    totals = {"created": run.created, "updated": run.updated, "removed": run.removed}
    tabs = [(kind, labels[kind], max(numbers[kind], totals.get(kind, 0))) for kind in kinds]
    if shown == SKIPPED:
        page = Paginator(run.skipped_rows, PER_PAGE).get_page(request.GET.get("page"))
        return {"tabs": tabs, "shown": shown, "page": page, "skipped": list(page), "changes": []}
    page, changes = previewing.page_of(run, shown, request.GET.get("page"))
    is_cut = totals.get(shown, 0) > numbers[shown]
    return {"tabs": tabs, "shown": shown, "page": page, "changes": changes, "skipped": [], "is_cut": is_cut}


def _decide(request: HttpRequest, reading: FeedReading, now: Any) -> HttpResponse:
    source = reading.source
    match request.POST.get("decision"):
        case "accept":
            lets_go = request.POST.get("let_go") == "yes"
            if (
                reading.run is not None
                and readings.is_decidable(reading)
                and previewing.removal_needs_a_tick(reading.run)
                and not lets_go
            ):
                error = _("More than a tenth of this feed's meetings would go. Please tick that they may, or refuse.")
                return _reading_page(request, reading, error=error)
            try:
                made = readings.accept(reading, by=request.user, now=now, accepts_removals=lets_go)
            except readings.IsBusy:
                return _reading_page(request, reading, error=_("Another reading of this feed is at work. Try soon."))
            except readings.NotDecidable:
                error = _("This preview can no longer be taken in. Please look at a new one.")
                return _reading_page(request, reading, error=error)
            _nudge()
            return see_other("curate:source_reading", source.slug, made.public_id)
        case "refuse":
            readings.refuse(reading, now=now)
            messages.success(request, _("Nothing was changed."))
            return see_other("curate:source", source.slug)
        case "again":
            try:
                made = readings.ask_again(reading, by=request.user, now=now)
            except readings.NothingToRead:
                messages.warning(request, _("Please send the file once more: it is no longer kept."))
                return see_other("curate:source", source.slug)
            _nudge()
            return see_other("curate:source_reading", source.slug, made.public_id)
    raise Http404


def _preview(request: HttpRequest, source: Source, file: Any, now: Any) -> FeedReading:
    name = file.name if file else ""
    return readings.ask_for_preview(source, by=request.user, now=now, file=file or None, file_name=name)


def _made_a_moment_ago(request: HttpRequest, now: datetime) -> FeedReading | None:
    """Return the first look at a feed that this person has just added: the button was pressed twice."""
    name, address = (request.POST.get(key, "").strip() for key in ("name", "address"))
    file = request.FILES.get("file")
    first = FeedReading.objects.select_related("source").filter(
        source__name__iexact=name,
        source__address=address,
        file_name=file.name[:160] if file else "",
        asked_by=request.user,
        asked_at__gt=now - _A_MOMENT,
    )
    return first.order_by("-asked_at", "-pk").first() if name else None


def _counts(ids: list[int]) -> dict[int, int]:
    counted = Meeting.objects.filter(source__in=ids).order_by().values_list("source")
    return dict(counted.annotate(shown=Count("pk", filter=Q(state=ListingState.PUBLIC))))


def _nudge() -> None:
    """Wake a worker up. Without a broker the work waits for the next beat."""

    def wake() -> None:
        try:
            tasks.read_feeds.apply_async(retry=False, expires=60)
        except Exception as error:  # whatever the broker's client raises: nothing depends on it
            logger.warning("no worker was woken up: %s", type(error).__name__)

    transaction.on_commit(wake)
