"""Approaches, fellowships, groups, help lines, and the sources of listings."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groups import enums, querysets
from groups.history import ListingHistory
from groups.identifiers import PUBLIC_ID_LENGTH, new_public_id


def _words(verbose_name, choices=None, max_length=60, **kwargs):
    """Return a field that holds a list of short words, by default an empty one."""
    return ArrayField(
        models.CharField(max_length=max_length, choices=choices),
        default=list,
        blank=True,
        verbose_name=verbose_name,
        **kwargs,
    )


def _choice_is_known(field: str, choices) -> models.CheckConstraint:
    """Return a constraint that keeps a field to its choices."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=f"%(class)s_{field}_known")


class CatalogueEntry(models.Model):
    """An entry of the catalogue that a data file fills and a curator may correct.

    `loaded` holds the values as last read from the file. A field that differs from it was
    changed by a person and is left alone by the next load.
    """

    loaded = models.JSONField(default=dict, editable=False)

    class Meta:
        abstract = True


class Approach(CatalogueEntry):
    """A way of recovering, as its page tells it."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    also_known_as = _words(_("other names people search for"), max_length=160)
    kind = models.CharField(max_length=20, choices=enums.ApproachKind)
    family = models.CharField(max_length=30, choices=enums.Family)
    also_families = _words(_("further families"), enums.Family.choices)
    brief_order = models.PositiveSmallIntegerField(
        null=True, blank=True, unique=True, help_text=_("Listed first, in this order; empty: by name.")
    )
    status = models.CharField(max_length=20, choices=enums.ApproachStatus)
    status_note = models.TextField(blank=True)
    one_line = models.CharField(max_length=120)
    description = models.TextField()
    first_meeting = models.TextField(_("what a first meeting is like"))
    belief = models.CharField(max_length=20, choices=enums.Belief)
    belief_note = models.TextField(blank=True)
    joining_requirement = models.TextField(blank=True)
    entry_rules = models.JSONField(default=dict, blank=True)
    goals = _words(_("goals"), enums.Goal.choices)
    goal_note = models.TextField(blank=True)
    led_by = models.CharField(max_length=24, choices=enums.LedBy)
    leader_title = models.CharField(max_length=120, blank=True)
    leader_note = models.TextField(blank=True)
    professionals = models.TextField(blank=True)
    cost = models.CharField(max_length=20, choices=enums.Cost)
    cost_note = models.TextField(blank=True)
    mentor_availability = models.CharField(max_length=20, choices=enums.MentorAvailability)
    mentor_term = models.CharField(_("its own word for a mentor"), max_length=120, blank=True)
    mentor_note = models.TextField(blank=True)
    label_custom = models.CharField(max_length=20, choices=enums.LabelCustom)
    crosstalk = models.CharField(max_length=20, choices=enums.Crosstalk)
    medication_note = models.TextField(blank=True)
    meeting_formats = _words(_("meeting formats"))
    channels = _words(_("channels"))
    open_closed = models.CharField(max_length=20, choices=enums.OpenClosed)
    open_closed_note = models.TextField(blank=True)
    covers = _words(_("what it covers"), enums.Covers.choices)
    for_whom = _words(_("for whom"), enums.ForWhom.choices)
    demographic_options = _words(_("focus meetings known to exist"))
    milestones = models.TextField(blank=True)
    attendance_proof = models.CharField(max_length=20, choices=enums.AttendanceProof)
    regions = _words(_("regions"))
    website = models.CharField(max_length=200, blank=True, help_text=_("Domain name, without https://"))
    founded = models.SmallIntegerField(null=True, blank=True)
    founded_note = models.TextField(blank=True)
    evidence_strength = models.CharField(max_length=20, choices=enums.EvidenceStrength)
    evidence_summary = models.TextField(blank=True)
    evidence_sources = _words(_("sources of the evidence"))
    try_next = models.JSONField(default=list, blank=True, help_text=_("List of slug and why"))
    fact_sources = models.JSONField(default=dict, blank=True)
    sources = _words(_("sources"))
    verify = models.JSONField(_("to check before it is shown"), default=list, blank=True)
    checked_on = models.DateField(_("checked by a curator on"), null=True, blank=True)

    objects = querysets.ApproachQuerySet.as_manager()

    class Meta:
        verbose_name = _("approach")
        verbose_name_plural = _("approaches")
        ordering = [F("brief_order").asc(nulls_last=True), "name", "pk"]
        constraints = [_choice_is_known("belief", enums.Belief), _choice_is_known("family", enums.Family)]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("groups:approach_detail", args=[self.slug])

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return str(_(self.name))

    @property
    def summary(self) -> str:
        """The one line in the reader's language, worked out when it is shown."""
        return _(self.one_line)


class Fellowship(CatalogueEntry):
    """A body of groups that share one program, such as AA."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    abbreviation = models.CharField(max_length=20, blank=True)
    approach = models.ForeignKey(Approach, models.PROTECT, related_name="fellowships")
    programme = models.CharField(
        max_length=20, choices=enums.Programme, blank=True, help_text=_("Whose type codes its feeds speak")
    )
    covers = _words(_("what it covers"), enums.Covers.choices)
    for_whom = _words(_("for whom"), enums.ForWhom.choices)
    is_for_teens = models.BooleanField(
        default=False, help_text=_("Closed to adults: place and link are shown only with the fellowship's consent.")
    )
    joining_requirement = models.TextField(blank=True)
    website = models.CharField(max_length=200, blank=True)
    founded = models.SmallIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)
    sources = _words(_("sources"))
    verify = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("fellowship")
        verbose_name_plural = _("fellowships")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("groups:fellowship_detail", args=[self.slug])

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return str(_(self.name))

    @property
    def short_name(self) -> str:
        return self.abbreviation or self.label


class Reference(models.Model):
    """Where a fact of the catalogue comes from."""

    key = models.CharField(max_length=20, unique=True, help_text=_("As in S01"))
    address = models.CharField(max_length=400)
    supports = models.TextField()
    date = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key}: {self.address}"


class HelpLine(CatalogueEntry):
    """A line a person can call, text or open in trouble. Never a treatment company's."""

    key = models.SlugField(max_length=60, unique=True)
    country = models.CharField(max_length=3, db_index=True, help_text=_("Two letters, or INT for anywhere"))
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=40, choices=enums.HelpLineKind)
    for_whom = models.TextField(blank=True)
    channels = models.JSONField(default=list, help_text=_("List of type, value and note"))
    hours = models.CharField(max_length=200, blank=True)
    languages = _words(_("languages"))
    cost = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)
    source = models.JSONField(default=list, blank=True)
    source_date = models.CharField(max_length=40, blank=True)
    confidence = models.CharField(max_length=20, blank=True)
    verify = models.JSONField(default=list, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    is_shown = models.BooleanField(default=True)
    checked_on = models.DateField(_("called or opened by a curator on"), null=True, blank=True)

    class Meta:
        verbose_name = _("help line")
        verbose_name_plural = _("help lines")
        ordering = ["country", "order", "pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"


class EmergencyNumber(CatalogueEntry):
    country = models.CharField(max_length=3, unique=True)
    value = models.CharField(max_length=60)
    source = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = _("emergency number")
        verbose_name_plural = _("emergency numbers")
        ordering = ["country"]

    def __str__(self) -> str:
        return f"{self.country}: {self.value}"


class Source(models.Model):
    """Where listings come from: a feed of somebody else's, or people here."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=160, unique=True)
    format = models.CharField(max_length=20, choices=enums.FeedFormat, default=enums.FeedFormat.NONE)
    programme = models.CharField(max_length=20, choices=enums.Programme, blank=True)
    approach = models.ForeignKey(Approach, models.PROTECT, null=True, blank=True, related_name="feeds")
    fellowship = models.ForeignKey(Fellowship, models.PROTECT, null=True, blank=True, related_name="feeds")
    address = models.CharField(max_length=600, blank=True, help_text=_("Web address or file name of the feed"))
    formats_address = models.CharField(max_length=600, blank=True)
    service_bodies_address = models.CharField(max_length=600, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, help_text=_("For rows that name none"))
    country = models.CharField(max_length=2, blank=True, help_text=_("For rows that name none"))
    owner_name = models.CharField(max_length=160, blank=True)
    owner_website = models.URLField(max_length=400, blank=True)
    owner_contact = models.BinaryField(null=True, blank=True, editable=False, help_text=_("Encrypted"))
    refresh_every = models.DurationField(null=True, blank=True, help_text=_("Empty: by hand"))
    is_demo = models.BooleanField(default=False, help_text=_("Made up; marked on every page that shows it"))
    is_active = models.BooleanField(default=True)
    etag = models.CharField(max_length=300, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    last_tried_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_ok_at = models.DateTimeField(null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    owner_told_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When its owner was told that it cannot be read")
    )
    open_conflicts = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Values put right here of which the feed says something new")
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One reading of a feed: what it saw, what it changed, why rows were left out."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="runs")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=enums.ImportOutcome)
    error = models.TextField(blank=True)
    seen = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    skipped_rows = models.JSONField(default=list, blank=True, help_text=_("Number, key and reason of each"))
    unknown_codes = models.JSONField(default=dict, blank=True, help_text=_("Code and how often it was seen"))
    rolled_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import run")
        verbose_name_plural = _("import runs")
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["source", "-started_at"])]

    def __str__(self) -> str:
        return f"{self.source}, {self.started_at:%Y-%m-%d %H:%M}"


class ImportChange(models.Model):
    """What a run did to one row of a feed, with the values before and after."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="changes")
    key = models.CharField(max_length=255, help_text=_("The source's own key of the row"))
    action = models.CharField(max_length=12, choices=enums.ImportAction)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        verbose_name = _("import change")
        verbose_name_plural = _("import changes")
        ordering = ["run", "pk"]

    def __str__(self) -> str:
        return f"{self.key}: {self.get_action_display()}"


class Group(models.Model):
    """A standing community that meets. Several meetings a week may be its own."""

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, default=new_public_id, editable=False)
    slug = models.SlugField(max_length=120, db_index=False)
    name = models.CharField(max_length=255)
    approach = models.ForeignKey(Approach, models.PROTECT, related_name="groups")
    fellowship = models.ForeignKey(Fellowship, models.PROTECT, null=True, blank=True, related_name="groups")
    description = models.TextField(blank=True)
    welcome_note = models.TextField(blank=True, help_text=_("Which door, where to park, who says hello"))
    ground_rules = models.TextField(blank=True)
    website = models.URLField(max_length=400, blank=True)
    contact = models.BinaryField(null=True, blank=True, editable=False, help_text=_("Encrypted; relayed, never shown"))
    venmo = models.CharField(max_length=60, blank=True)
    cash_app = models.CharField(max_length=60, blank=True)
    paypal = models.CharField(max_length=60, blank=True)
    homegroup_online = models.CharField(max_length=60, blank=True)
    service_body = models.CharField(max_length=160, blank=True)
    state = models.CharField(max_length=12, choices=enums.GroupState, default=enums.GroupState.PUBLIC)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="groups")
    source_key = models.CharField(max_length=255, blank=True)
    greeter_note = models.TextField(blank=True, help_text=_("For those who keep the door and the list; never shown"))
    notices_are_for = models.CharField(
        _("who reads the notice board"),
        max_length=10,
        choices=enums.NoticeReaders,
        default=enums.NoticeReaders.COMING,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = querysets.GroupQuerySet.as_manager()
    history = ListingHistory(apart=("contact", "greeter_note", "created_at", "updated_at"))

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name", "pk"]
        constraints = [
            # Not `unique=True`: that makes a second index of each, for searches by pattern, which nobody makes.
            models.UniqueConstraint(fields=["public_id"], name="group_public_id_is_its_own"),
            models.UniqueConstraint(fields=["slug"], name="group_slug_is_its_own"),
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=~Q(source_key=""), name="group_once_per_source"
            ),
            models.CheckConstraint(
                condition=Q(source_key="") | Q(source__isnull=False), name="group_key_names_its_source"
            ),
            _choice_is_known("state", enums.GroupState),
        ]
        indexes = [models.Index(fields=["name", "id"])]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("groups:group_detail", args=[self.slug])
