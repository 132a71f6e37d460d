"""What curators fill in about feeds: where one is read, how, and what file of it they send."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groups import programmes
from groups.access import Scope
from groups.enums import Programme
from groups.forms import clean_zone
from groups.models import Approach, Fellowship, Source
from meetings import contacts, regions
from meetings.enums import ContactKind
from meetings.feeds import fetching, keeping, refreshing
from meetings.feeds.importing.sources import free_slug


class FeedFile(forms.FileField):
    """A file of a feed, as large as may be sent."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and file.size > keeping.MOST_SENT:
            raise forms.ValidationError(
                _("This file is larger than %(most)s million bytes. Pack it with gzip, or give its address."),
                params={"most": keeping.MOST_SENT // 1_000_000},
            )
        return file


class SourceForm(forms.ModelForm):
    """A source as its curators keep it. `scope` is theirs: a source must be, and stay, within it."""

    file = FeedFile(
        required=False,
        label=_("Or a file of it"),
        help_text=_("JSON or CSV, packed or not. It is kept, encrypted, until you have decided about its preview."),
    )
    country = forms.CharField(required=False, max_length=60, label=_("Country"))
    refresh = forms.ChoiceField(
        required=False,
        label=_("Read it again by itself"),
        help_text=_("From its web address, once a first import has been accepted."),
    )
    owner_website = forms.URLField(required=False, max_length=400, assume_scheme="https", label=_("Their website"))
    owner_email = forms.EmailField(
        required=False,
        max_length=254,
        label=_("E-mail address of its owner"),
        help_text=_("Told when the feed cannot be read for three days. Kept encrypted and shown to nobody."),
    )
    forget_owner_email = forms.BooleanField(required=False, label=_("Forget the address that is kept"))

    class Meta:
        model = Source
        fields = [
            "name", "address", "programme", "approach", "fellowship", "time_zone", "country", "owner_name",
            "owner_website", "is_active",
        ]  # fmt: skip
        labels = {
            "name": _("Name"),
            "address": _("Web address of the feed"),
            "programme": _("Whose codes it speaks"),
            "approach": _("Approach of its meetings"),
            "fellowship": _("Fellowship of its meetings"),
            "time_zone": _("Time zone of rows that name none"),
            "owner_name": _("Who publishes it"),
            "is_active": _("This feed is in use"),
        }
        help_texts = {
            "name": _("As pages name it: “Intergroup of San Jose”"),
            "address": _("Meeting Guide (JSON), BMLT or CSV; which it is is found out."),
            "programme": _("The same letters mean other things in other fellowships."),
            "approach": _("Only where the programme does not tell it"),
            "fellowship": "",
            "time_zone": _("Like America/New_York. Places that we know need none."),
        }

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.label_suffix = ""
        self.is_new = self.instance.pk is None
        self.fields["approach"].queryset = Approach.objects.order_by("name", "pk")
        self.fields["fellowship"].queryset = Fellowship.objects.order_by("name", "pk")
        for name in ("programme", "approach", "fellowship"):
            self.fields[name].required = False
        self.fields["programme"].choices = [("", _("Not said: find out from the feed")), *Programme.choices]
        for name in ("approach", "fellowship"):
            self.fields[name].empty_label = _("As the programme has it")
        self.fields["refresh"].choices = [("", _("No: only when somebody asks"))] + [
            (str(int(every.total_seconds())), words) for every, words in refreshing.SCHEDULES
        ]
        for name in ("address", "time_zone", "owner_website"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        every = self.instance.refresh_every
        self.initial["refresh"] = str(int(every.total_seconds())) if every else ""
        if self.instance.country:
            self.initial["country"] = regions.country_name(self.instance.country)
        self.keeps_email = self.instance.owner_contact is not None
        if self.is_new:
            del self.fields["is_active"]
        else:
            del self.fields["file"]
        if not self.keeps_email:
            del self.fields["forget_owner_email"]

    def clean_address(self) -> str:
        address = self.cleaned_data["address"].strip()
        if not address:
            return ""
        if not fetching.is_address(address):
            # The name of a file that was sent by a program may stay; nobody gives the name of one on this machine.
            if address == self.instance.address and not self.is_new:
                return address
            raise forms.ValidationError(_("Only addresses that begin with http:// or https:// are read."))
        if fetching.without_secrets(address) != address:
            raise forms.ValidationError(
                _("Please leave name and password out: addresses are shown to other curators, and kept as they are.")
            )
        return address

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if Source.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a feed of this name already."))
        return name

    def clean_time_zone(self) -> str:
        return clean_zone(self.cleaned_data["time_zone"])

    def clean_country(self) -> str:
        said = self.cleaned_data["country"].strip()
        code = regions.country_code(said)
        if said and not code:
            raise forms.ValidationError(_("We do not know a country of that name."))
        return code

    def clean_refresh(self) -> timedelta | None:
        said = self.cleaned_data["refresh"]
        return timedelta(seconds=int(said)) if said else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        fellowship, approach = cleaned.get("fellowship"), cleaned.get("approach")
        if fellowship is not None and approach is not None and fellowship.approach_id != approach.pk:
            self.add_error("fellowship", gettext("This fellowship follows another approach."))
        if cleaned.get("programme") in programmes.WITHOUT_A_HOME and approach is None and fellowship is None:
            self.add_error("approach", gettext("Please say which approach: this programme does not tell."))
        if self.is_new and not self.errors and not cleaned.get("address") and not cleaned.get("file"):
            self.add_error("address", gettext("Give the address of the feed, or a file of it."))
        if not self.errors and not self._is_in_scope(cleaned):
            raise forms.ValidationError(
                gettext(
                    "With these entries the feed would not be in the part that you curate. Say its country,"
                    " approach or fellowship, or ask an admin."
                )
            )
        return cleaned

    def save(self, commit: bool = True) -> Source:
        source = super().save(commit=False)
        cleaned = self.cleaned_data
        source.refresh_every = cleaned["refresh"]
        if source.fellowship is not None and source.approach is None:
            source.approach = source.fellowship.approach
        if cleaned.get("forget_owner_email"):
            source.owner_contact = None
        if cleaned["owner_email"]:
            source.owner_contact = contacts.sealed(ContactKind.EMAIL, cleaned["owner_email"])
        if self.is_new:
            source.slug = free_slug(source.name)
        if commit:
            source.save()
        return source

    def _is_in_scope(self, cleaned: dict[str, Any]) -> bool:
        approach = cleaned["approach"].pk if cleaned["approach"] else None
        fellowship = cleaned["fellowship"]
        home = programmes.home_of(cleaned["programme"]) if cleaned["programme"] else None
        if fellowship is None and home is not None and home.fellowship and approach is None:
            fellowship = Fellowship.objects.filter(slug=home.fellowship).first()
        if approach is None and fellowship is not None:
            approach = fellowship.approach_id
        if approach is None and home is not None:
            found = Approach.objects.filter(slug=home.approach).first()
            approach = found.pk if found else None
        return self.scope.covers(
            country=cleaned["country"],
            approach_id=approach,
            fellowship_id=fellowship.pk if fellowship else None,
            source_id=self.instance.pk,
        )


class PreviewForm(forms.Form):
    """A newer file of a source, for a preview."""

    file = FeedFile(label=_("A file of this feed"), help_text=_("JSON or CSV, packed with gzip or not"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
