"""Listings for staff: whatever is saved here, the finder hears of it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, URLField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from groups.admin import ReadOnlyAdmin
from groups.models import Approach, Fellowship, Group
from meetings import admin_keeping, occurrences, places, schedules, wording  # noqa: F401 (registers what hosts and curators write)
from meetings.enums import ReviewFlag
from meetings.finder import index
from meetings.forms import MeetingAdminForm, VenueAdminForm
from meetings.models import (
    Meeting,
    MeetingTrait,
    Occurrence,
    Pause,
    Place,
    PlaceName,
    Postcode,
    SourceRow,
    Trait,
    Venue,
)


class FinderAdmin(admin.ModelAdmin):
    """Tells the finder after saving and deleting. `FINDER_FIELDS` limits it to what is copied there."""

    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    FINDER_FIELDS: frozenset[str] | None = None

    def meetings_of(self, objects: Iterable[Any]) -> QuerySet[Meeting]:
        raise NotImplementedError

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if self.FINDER_FIELDS is None or self.FINDER_FIELDS & set(form.changed_data):
            self._refresh([form.instance])

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        ids = self._ids([obj])
        super().delete_model(request, obj)
        index.refresh(ids, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        ids = self._ids(list(queryset))
        super().delete_queryset(request, queryset)
        index.refresh(ids, now=timezone.now())

    def _refresh(self, objects: list[Any]) -> None:
        index.refresh(self._ids(objects), now=timezone.now())

    def _ids(self, objects: list[Any]) -> list[int]:
        return list(self.meetings_of(objects).values_list("pk", flat=True))


class ListingAdmin(SimpleHistoryAdmin, FinderAdmin):
    """A listing: what it said before can be read, with the role in which it was changed."""

    history_list_display = ["role"]


# ── What groups are of ──────────────────────────────────────────────────────


@admin.register(Approach)
class ApproachAdmin(FinderAdmin):
    list_display = ["name", "brief_order", "family", "kind", "status", "belief", "evidence_strength", "checked_on"]
    list_filter = ["family", "kind", "status", "belief", "evidence_strength"]
    search_fields = ["name", "slug", "also_known_as"]
    FINDER_FIELDS = frozenset({"slug", "name", "belief", "covers", "for_whom", "open_closed", "also_known_as"})

    def meetings_of(self, objects: Iterable[Approach]) -> QuerySet[Meeting]:
        return Meeting.objects.filter(group__approach__in=objects)


@admin.register(Fellowship)
class FellowshipAdmin(FinderAdmin):
    list_display = ["name", "abbreviation", "approach", "programme", "is_for_teens"]
    list_filter = ["is_for_teens", "approach"]
    list_select_related = ["approach"]
    search_fields = ["name", "abbreviation", "slug"]
    autocomplete_fields = ["approach"]
    FINDER_FIELDS = frozenset({"slug", "name", "abbreviation", "covers", "for_whom", "is_for_teens", "approach"})

    def meetings_of(self, objects: Iterable[Fellowship]) -> QuerySet[Meeting]:
        return Meeting.objects.filter(group__fellowship__in=objects)


@admin.register(Group)
class GroupAdmin(ListingAdmin):
    list_display = ["name", "approach", "fellowship", "state", "source", "updated_at"]
    list_filter = ["state", "approach", "fellowship", "source"]
    list_select_related = ["approach", "fellowship", "source"]
    search_fields = ["name", "slug", "public_id", "service_body"]
    autocomplete_fields = ["approach", "fellowship", "source"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["public_id", "created_at", "updated_at"]
    show_full_result_count = False
    FINDER_FIELDS = frozenset({"name", "approach", "fellowship", "state"})

    def meetings_of(self, objects: Iterable[Group]) -> QuerySet[Meeting]:
        return Meeting.objects.filter(group__in=objects)


# ── Meetings ────────────────────────────────────────────────────────────────


class MeetingTraitInline(admin.TabularInline):
    model = MeetingTrait
    autocomplete_fields = ["trait"]
    extra = 1


class PauseInline(admin.TabularInline):
    model = Pause
    extra = 0


class OccurrenceInline(admin.StackedInline):
    model = Occurrence
    autocomplete_fields = ["venue"]
    readonly_fields = ["public_id"]
    extra = 0
    # A date that is not to be is cancelled: its people would go with its row, and hear nothing.
    can_delete = False


class ReviewFlagFilter(admin.SimpleListFilter):
    title = _("to be looked at")
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("any", _("Anything")), *ReviewFlag.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "any":
            return queryset.exclude(review_flags=[])
        if self.value() in ReviewFlag.values:
            return queryset.filter(review_flags__contains=[self.value()])
        return queryset


@admin.register(Meeting)
class MeetingAdmin(ListingAdmin):
    form = MeetingAdminForm
    list_display = ["name", "group", "when", "ways", "state", "source", "next_starts_at", "last_seen_at"]
    list_filter = [
        "state", ReviewFlagFilter, "in_person", "online", "by_phone", "any_time", "open_to", "join_visibility",
        "group__approach", "source",
    ]  # fmt: skip
    list_select_related = ["group", "source"]
    search_fields = ["name", "slug", "public_id", "group__name", "venue__town"]
    autocomplete_fields = ["group", "venue", "source"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [MeetingTraitInline, PauseInline, OccurrenceInline]
    readonly_fields = [
        "public_id", "weekdays", "next_starts_at", "next_ends_at", "source_updated_at", "last_seen_at",
        "created_at", "updated_at",
    ]  # fmt: skip
    show_full_result_count = False
    save_on_top = True
    fieldsets = [
        (None, {"fields": ["name", "slug", "group", "state", "notes"]}),
        (
            _("When"),
            {
                "fields": [
                    "rrule", ("first_on", "last_on"), ("start_time", "duration", "time_zone"),
                    "weekdays", ("next_starts_at", "next_ends_at"),
                ]
            },
        ),
        (_("Ways to take part"), {"fields": [("in_person", "online", "by_phone", "any_time"), "venue"]}),
        (
            _("How to join"),
            {
                "fields": [
                    "join_visibility", "join_url", "join_passcode", "join_notes", "join_phone", "join_phone_notes",
                ]
            },
        ),
        (
            _("Who may come"),
            {
                "fields": [
                    "open_to", "observers", "is_good_first_visit", ("min_age", "max_age"), "gender_rule", "sober_hours",
                    ("needs_camera", "needs_account"), "agreement", "is_teen_consented",
                ]
            },
        ),
        (_("Where it differs from its group"), {"fields": ["own_belief", "own_goals", "own_covers"]}),
        (_("RSVP"), {"fields": ["rsvp_policy", "capacity", "host_sees_aliases"]}),
        (
            _("The listing"),
            {
                "fields": [
                    "public_id", "review_flags", "source", "source_key", "source_page", "source_updated_at",
                    "last_seen_at", "confirmed_at", ("created_at", "updated_at"),
                ]
            },
        ),
    ]  # fmt: skip

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # A changed rule is followed by the task of every minute; single dates are told here.
        for formset in formsets:
            if formset.model is Occurrence:
                for edited in formset.forms:
                    if edited.instance.pk and edited.has_changed():
                        occurrences.follow_edit(edited.instance, edited=edited.changed_data, now=timezone.now())

    def meetings_of(self, objects: Iterable[Meeting]) -> QuerySet[Meeting]:
        return Meeting.objects.filter(pk__in=[meeting.pk for meeting in objects])

    @admin.display(description=_("when"), ordering="start_time")
    def when(self, meeting: Meeting) -> str:
        schedule = meeting.schedule(pauses=(), changes=())
        return schedules.describe(schedule) if schedule else str(_("By appointment"))

    @admin.display(description=_("ways to take part"))
    def ways(self, meeting: Meeting) -> str:
        return wording.ways_label(meeting)


@admin.register(Occurrence)
class OccurrenceAdmin(ListingAdmin):
    list_display = ["meeting", "original_on", "cancelled_at", "moved_to", "is_online_only"]
    list_filter = [
        "is_online_only",
        ("cancelled_at", admin.EmptyFieldListFilter),
        ("moved_to", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["meeting"]
    search_fields = ["meeting__name", "public_id"]
    autocomplete_fields = ["meeting", "venue"]
    readonly_fields = ["public_id"]
    date_hierarchy = "original_on"

    def get_readonly_fields(self, request: HttpRequest, obj: Occurrence | None = None) -> list[str]:
        # A date is known by its meeting and its original day: another one is another row.
        return [*self.readonly_fields, "meeting", "original_on"] if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Occurrence | None = None) -> bool:
        # Its people would go with it, and hear nothing. It can be cancelled.
        return super().has_delete_permission(request, obj) and (obj is None or not obj.rsvps.exists())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        occurrences.follow_edit(form.instance, edited=form.changed_data, now=timezone.now())

    def meetings_of(self, objects: Iterable[Occurrence]) -> QuerySet[Meeting]:
        return Meeting.objects.filter(pk__in=[occurrence.meeting_id for occurrence in objects])


@admin.register(Trait)
class TraitAdmin(FinderAdmin):
    list_display = ["name", "kind", "slug", "order", "na_world_id", "language_code", "is_in_person_only"]
    list_filter = ["kind", "is_in_person_only"]
    search_fields = ["name", "slug", "definition"]
    FINDER_FIELDS = frozenset({"kind", "slug"})

    def meetings_of(self, objects: Iterable[Trait]) -> QuerySet[Meeting]:
        return Meeting.objects.filter(meeting_traits__trait__in=objects).distinct()


@admin.register(SourceRow)
class SourceRowAdmin(ReadOnlyAdmin):
    list_display = ["key", "source", "meeting", "run"]
    list_filter = ["source"]
    list_select_related = ["source", "meeting", "run__source"]
    search_fields = ["key", "meeting__name"]
    show_full_result_count = False


# ── Places ──────────────────────────────────────────────────────────────────


@admin.register(Venue)
class VenueAdmin(ListingAdmin):
    """Geography never blocks saving. A zone left empty is taken from the position."""

    form = VenueAdminForm
    list_display = ["__str__", "region", "country", "is_approximate", "is_private_home", "time_zone", "source"]
    list_filter = ["is_approximate", "is_private_home", ("latitude", admin.EmptyFieldListFilter), "source"]
    list_select_related = ["source"]
    search_fields = ["name", "street", "town", "postcode", "public_id"]
    autocomplete_fields = ["source"]
    raw_id_fields = ["place"]
    readonly_fields = ["public_id"]
    show_full_result_count = False

    def meetings_of(self, objects: Iterable[Venue]) -> QuerySet[Meeting]:
        return Meeting.objects.filter(venue__in=objects)

    def save_model(self, request: HttpRequest, obj: Venue, form: Any, change: bool) -> None:
        if not obj.time_zone and obj.has_position:
            obj.time_zone = places.zone_of(obj.latitude, obj.longitude, country=obj.country) or ""
        super().save_model(request, obj, form, change)


@admin.register(Place)
class PlaceAdmin(ReadOnlyAdmin):
    list_display = ["name", "region", "country", "population", "time_zone"]
    list_filter = ["country"]
    search_fields = ["name"]
    show_full_result_count = False


@admin.register(PlaceName)
class PlaceNameAdmin(ReadOnlyAdmin):
    list_display = ["folded", "place", "population"]
    list_select_related = ["place"]
    search_fields = ["folded__startswith"]
    show_full_result_count = False


@admin.register(Postcode)
class PostcodeAdmin(ReadOnlyAdmin):
    list_display = ["code", "country", "name", "region", "time_zone"]
    list_filter = ["country"]
    search_fields = ["code__startswith", "name"]
    show_full_result_count = False
