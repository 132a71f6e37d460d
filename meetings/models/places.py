"""Places of the gazetteer, and the venues where meetings are held."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from groups.history import ListingHistory
from groups.identifiers import PUBLIC_ID_LENGTH, new_public_id
from groups.models import Source


def _position_constraints(can_be_missing: bool) -> list[models.CheckConstraint]:
    """Return constraints for latitude and longitude in degrees, WGS 84."""
    in_range = Q(latitude__range=(-90, 90), longitude__range=(-180, 180))
    if can_be_missing:
        # Half a position is none: a comparison with NULL alone would let it pass.
        in_range &= Q(latitude__isnull=False, longitude__isnull=False)
        in_range |= Q(latitude__isnull=True, longitude__isnull=True)
    return [models.CheckConstraint(condition=in_range, name="%(class)s_position_on_earth")]


class Place(models.Model):
    """A town of the gazetteer (source: GeoNames, CC BY 4.0)."""

    id = models.PositiveIntegerField(primary_key=True, help_text=_("GeoNames' own id"))
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=120, help_text=_("Unique within country and region"))
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=80, blank=True)
    region_code = models.CharField(max_length=10, blank=True, help_text=_("As in MA for Massachusetts"))
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.PositiveIntegerField(default=0)
    time_zone = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["-population", "pk"]
        constraints = _position_constraints(can_be_missing=False)
        indexes = [
            models.Index(fields=["latitude", "longitude"]),
            models.Index(fields=["country", "slug"]),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.region_code or self.region, self.country) if part)

    def get_absolute_url(self) -> str:
        return reverse("meetings:place_detail", args=self.path_parts)

    @property
    def path_parts(self) -> tuple[str, str, str]:
        """Country, region and town of its page's address: ("us", "ma", "boston"); "-" is no region."""
        return self.country.lower(), slugify(self.region_code or self.region) or "-", self.slug


class PlaceName(models.Model):
    """One folded spelling of a place's name: "köln" is found as "koln" and as "koeln"."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="names")
    folded = models.CharField(max_length=200)
    population = models.PositiveIntegerField(default=0, help_text=_("Copied, to find the largest first by index"))

    class Meta:
        verbose_name = _("place name")
        verbose_name_plural = _("place names")
        indexes = [
            models.Index(
                models.F("folded"),
                models.F("population").desc(),
                name="placename_exact",
            ),
            models.Index(fields=["folded"], opclasses=["varchar_pattern_ops"], name="placename_prefix"),
            # Of two letters thousands of names begin so: the largest come by index.
            models.Index(Left("folded", 2), models.F("population").desc(), name="placename_start"),
        ]

    def __str__(self) -> str:
        return self.folded


class Postcode(models.Model):
    """A postal code and the middle of its area."""

    country = models.CharField(max_length=2)
    code = models.CharField(max_length=20, help_text=_("Capitals, no spaces"))
    name = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=80, blank=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    time_zone = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("postcode")
        verbose_name_plural = _("postcodes")
        constraints = [
            models.UniqueConstraint(fields=["code", "country"], name="postcode_once_per_country"),
            *_position_constraints(can_be_missing=False),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.country})"


class Venue(models.Model):
    """A place with an address where meetings are held.

    The street is kept apart from how to find the room, and geography never blocks saving:
    the position may be unknown or approximate.
    """

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, default=new_public_id, editable=False)
    name = models.CharField(_("name of the place"), max_length=255, blank=True)
    street = models.CharField(max_length=255, blank=True)
    area = models.CharField(_("neighborhood or area"), max_length=160, blank=True)
    town = models.CharField(max_length=160, blank=True)
    region = models.CharField(max_length=80, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    how_to_find = models.TextField(_("how to find us"), blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    is_approximate = models.BooleanField(default=False, help_text=_("The position is not the door's"))
    is_private_home = models.BooleanField(default=False, help_text=_("Never pinned exactly"))
    time_zone = models.CharField(max_length=64, blank=True)
    place = models.ForeignKey(Place, models.SET_NULL, null=True, blank=True, related_name="venues", db_constraint=False)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="venues")
    source_key = models.CharField(
        max_length=64, blank=True, help_text=_("Digest of the address as the source gives it")
    )

    history = ListingHistory()

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["town", "name", "pk"]
        constraints = [
            # Not `unique=True`: that makes a second index, for searches by pattern, which nobody makes.
            models.UniqueConstraint(fields=["public_id"], name="venue_public_id_is_its_own"),
            *_position_constraints(can_be_missing=True),
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=~Q(source_key=""), name="venue_once_per_source"
            ),
        ]
        indexes = [models.Index(fields=["latitude", "longitude"]), models.Index(fields=["country", "town"])]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.street, self.town) if part) or str(_("Unnamed place"))

    @property
    def has_position(self) -> bool:
        return self.latitude is not None

    @property
    def address_lines(self) -> list[str]:
        """The address as lines for a label; how to find the room is not part of it."""
        town = " ".join(part for part in (self.region, self.postcode) if part)
        return [line for line in (self.name, self.street, ", ".join(p for p in (self.town, town) if p)) if line]
