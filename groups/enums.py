"""Choices of the groups app, importable from anywhere.

The values of the approach choices are those of the catalogue's own data file,
`groups/data/approaches.json`.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ListingState(TextChoices):
    """Where a listing stands. Only `PUBLIC` is ever shown to visitors."""

    DRAFT = "draft", _("Draft")
    PUBLIC = "public", _("Public")
    PAUSED = "paused", _("Paused")
    UNLISTED = "unlisted", _("Unlisted")
    GONE = "gone", _("Gone")


class GroupState(TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLIC = "public", _("Public")
    UNLISTED = "unlisted", _("Unlisted")
    GONE = "gone", _("Gone")


class ApproachKind(TextChoices):
    PROGRAM = "program", _("Program")
    COMMUNITY = "community", _("Community")
    PLATFORM = "platform", _("Website that hosts many")
    HUB = "hub", _("Place to go")


class Family(TextChoices):
    TWELVE_STEP = "twelve-step", _("12-step")
    SECULAR = "secular", _("Secular")
    FAITH_BASED = "faith-based", _("Faith-based")
    MINDFULNESS_BUDDHIST = "mindfulness-buddhist", _("Mindfulness and Buddhist")
    CULTURAL = "cultural", _("Rooted in a culture")
    HARM_REDUCTION = "harm-reduction", _("Harm reduction")
    FAMILY = "family", _("For family and friends")
    MULTI_PATHWAY = "multi-pathway", _("Many paths")


class ApproachStatus(TextChoices):
    ACTIVE = "active", _("Active")
    NO_CENTRAL_BODY = "no-central-body", _("No central office")
    UNCLEAR = "unclear", _("Unclear")


class Belief(TextChoices):
    """What belief is part of the meeting."""

    NONE = "none", _("No prayer, no religion")
    ANY = "any", _("Any belief or none")
    HIGHER_POWER = "higher-power", _("A higher power, as you understand it")
    CHRISTIAN = "christian", _("Christian")
    BUDDHIST_INSPIRED = "buddhist-inspired", _("Inspired by Buddhism")
    MUSLIM = "muslim", _("Muslim")
    JEWISH = "jewish", _("Jewish")
    INDIGENOUS = "indigenous", _("Indigenous traditions")
    VARIES = "varies", _("Differs from group to group")


class Goal(TextChoices):
    ABSTINENCE = "abstinence", _("Stop completely")
    MODERATION = "moderation", _("Cut down")
    SAFER_USE = "safer-use", _("Use more safely")
    SELF_CHOSEN = "self-chosen", _("A goal you choose")
    OWN_WELLBEING = "own-wellbeing", _("Feel better yourself")
    HEALTHY_RELATIONSHIPS = "healthy-relationships", _("Healthier relationships")


class Covers(TextChoices):
    """What a meeting is about."""

    ALCOHOL = "alcohol", _("Alcohol")
    ANY_DRUG = "any-drug", _("Any drug")
    OPIOIDS = "opioids", _("Opioids")
    COCAINE = "cocaine", _("Cocaine")
    CRYSTAL_METH = "crystal-meth", _("Crystal meth")
    CANNABIS = "cannabis", _("Cannabis")
    NICOTINE = "nicotine", _("Nicotine")
    GAMBLING = "gambling", _("Gambling")
    FOOD = "food", _("Food and eating")
    SEX_AND_LOVE = "sex-and-love", _("Sex and love")
    SPENDING_AND_DEBT = "spending-and-debt", _("Spending and debt")
    INTERNET_AND_GAMING = "internet-and-gaming", _("Internet and gaming")
    CODEPENDENCY = "codependency", _("Codependency")
    FAMILY_OF_ORIGIN = "family-of-origin", _("The family you grew up in")
    MENTAL_HEALTH = "mental-health", _("Mental health")
    GRIEF_AND_TRAUMA = "grief-and-trauma", _("Grief and trauma")
    ANY_BEHAVIOR = "any-behavior", _("Any behavior")


class ForWhom(TextChoices):
    PERSON = "person", _("For me")
    FAMILY = "family", _("For someone I love")


class LedBy(TextChoices):
    PEER = "peer", _("Members, in turn")
    TRAINED_PEER = "trained-peer", _("A trained member")
    TRAINED_FACILITATOR = "trained-facilitator", _("A trained facilitator")
    CHURCH_LEADER = "church-leader", _("A church leader")
    MIXED = "mixed", _("Differs from group to group")


class Cost(TextChoices):
    FREE = "free", _("Free")
    FREE_DONATIONS = "free-donations", _("Free; gifts are welcome, never needed")
    VARIES = "varies", _("Differs")


class MentorAvailability(TextChoices):
    EXPECTED = "expected", _("Part of the way it works")
    COMMON = "common", _("Common")
    OPTIONAL = "optional", _("If you want one")
    INFORMAL = "informal", _("Informal")
    NONE = "none", _("None")
    VARIES = "varies", _("Differs from group to group")


class LabelCustom(TextChoices):
    COMMON = "common", _("Many people name themselves by a label; you need not")
    OPTIONAL = "optional", _("You choose your own words")
    DISCOURAGED = "discouraged", _("Labels are left out")
    VARIES = "varies", _("Differs from group to group")
    NOT_APPLICABLE = "not-applicable", _("Does not come up")


class Crosstalk(TextChoices):
    NO = "no", _("People listen and do not answer each other")
    LIMITED = "limited", _("Some answering, within limits")
    YES = "yes", _("People talk with each other")
    VARIES = "varies", _("Differs from group to group")


class OpenClosed(TextChoices):
    OPEN = "open", _("Anyone may come")
    MIXED = "mixed", _("Some meetings are open to anyone, some are not")
    ELIGIBLE_ONLY = "eligible-only", _("For the people it is meant for")
    VARIES = "varies", _("Differs from group to group")


class AttendanceProof(TextChoices):
    YES = "yes", _("Yes")
    VARIES = "varies", _("Ask the group")
    NOT_FOUND = "not-found", _("We do not know")


class EvidenceStrength(TextChoices):
    """How much research there is; the rules are in the catalogue's notes."""

    STRONG = "strong", _("Strong: a review of several trials")
    MODERATE = "moderate", _("Moderate: compared with other groups over time")
    LIMITED = "limited", _("Limited: follow-up without a fair comparison")
    VERY_LIMITED = "very-limited", _("Very limited: surveys, or its own figures")
    NONE_FOUND = "none-found", _("None found; that says nothing about whether it helps")


class HelpLineKind(TextChoices):
    CRISIS = "crisis", _("In a crisis")
    TREATMENT_AND_INFORMATION = "treatment-and-information", _("Treatment and information")
    INFORMATION = "information", _("Information")
    GAMBLING = "gambling", _("Gambling")
    INDIGENOUS = "indigenous", _("For Indigenous people")
    OVERDOSE_SAFETY = "overdose-safety", _("Someone with you while you use")
    DIRECTORY = "directory", _("Find a line elsewhere")


class Programme(TextChoices):
    """Whose type codes a feed speaks (source: the 12 Step Meeting List's programme table)."""

    AA = "aa", "Alcoholics Anonymous"
    ACA = "aca", "Adult Children of Alcoholics"
    AL_ANON = "al-anon", "Al-Anon"
    CMA = "cma", "Crystal Meth Anonymous"
    CODA = "coda", "Co-Dependents Anonymous"
    CA = "ca", "Cocaine Anonymous"
    CEA_HOW = "cea-how", "Compulsive Eaters Anonymous-HOW"
    DA = "da", "Debtors Anonymous"
    DAA = "daa", "Drug Addicts Anonymous"
    EDA = "eda", "Eating Disorders Anonymous"
    GA = "ga", "Gamblers Anonymous"
    HA = "ha", "Heroin Anonymous"
    MA = "ma", "Marijuana Anonymous"
    NA = "na", "Narcotics Anonymous"
    OA = "oa", "Overeaters Anonymous"
    PAL = "pal", "Parents of Addicted Loved Ones"
    RCA = "rca", "Recovering Couples Anonymous"
    RD = "rd", "Recovery Dharma"
    RR = "rr", "Refuge Recovery"
    SAA = "saa", "Sex Addicts Anonymous"
    SA = "sa", "Sexaholics Anonymous"
    SCA = "sca", "Sexual Compulsives Anonymous"
    SLAA = "slaa", "Sex and Love Addicts Anonymous"
    SG = "sg", "Support groups"
    SIA = "sia", "Survivors of Incest Anonymous"
    UA = "ua", "Underearners Anonymous"
    VA = "va", "Violence Anonymous"


class FeedFormat(TextChoices):
    MEETING_GUIDE = "meeting-guide", "Meeting Guide"
    BMLT = "bmlt", "BMLT"
    CSV = "csv", "CSV"
    NONE = "none", _("Kept by hand")


class ImportOutcome(TextChoices):
    DONE = "done", _("Done")
    PREVIEW = "preview", _("Preview: nothing changed")
    UNUSABLE = "unusable", _("Feed unusable: nothing changed")
    STOPPED = "stopped", _("Stopped by the removal brake: nothing changed")
    ROLLED_BACK = "rolled-back", _("Rolled back")


class ImportAction(TextChoices):
    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    REMOVED = "removed", _("Removed")
    CONFLICT = "conflict", _("Kept: a person corrected it here")


class ReadingKind(TextChoices):
    """Why a feed is read."""

    PREVIEW = "preview", _("Preview")
    IMPORT = "import", _("Import")
    ROLL_BACK = "roll-back", _("Taking an import back")


class ReadingState(TextChoices):
    WAITING = "waiting", _("Waiting for its turn")
    RUNNING = "running", _("At work")
    DONE = "done", _("Done")
    BROKEN_OFF = "broken-off", _("Broken off: nothing was changed")
    DROPPED = "dropped", _("Not wanted any more")


class CameBy(TextChoices):
    """How somebody became a host."""

    CODE = "code", _("By a code sent to the group's contact")
    CURATOR = "curator", _("By the word of a curator")
    HOST = "host", _("Invited by another host")
    DEMO = "demo", _("Made up, to show how this site works")


class ClaimState(TextChoices):
    OPEN = "open", pgettext_lazy("not decided yet", "Open")
    ACCEPTED = "accepted", pgettext_lazy("a claim", "Accepted")
    REFUSED = "refused", pgettext_lazy("a claim", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("a claim", "Withdrawn")
    RUN_OUT = "run-out", _("Run out")


class PrivateContact(TextChoices):
    GROUP = "group", _("A group's contact")
    SOURCE = "source", _("A feed owner's contact")
    SUGGESTION = "suggestion", _("The contact of somebody who suggested something")


class NoticeReaders(TextChoices):
    EVERYONE = "everyone", _("Everyone")
    COMING = "coming", _("Those who have a place at one of its dates")


class Role(TextChoices):
    """In what role something was said or done. Never who."""

    HOST = "host", _("The group")
    CURATOR = "curator", _("A curator")
    SOURCE = "source", _("Its source")
    VISITOR = "visitor", _("A visitor")
