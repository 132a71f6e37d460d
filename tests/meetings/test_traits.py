import json
from pathlib import Path

import pytest
from django.utils import translation

from groups import enums as group_enums
from meetings import enums, traits
from meetings.models import Meeting, Trait
from meetings.traits import Claim

DATA = Path(traits.__file__).parent / "data"
CODES = json.loads((DATA / "codes.json").read_text(encoding="utf-8"))
APPROACHES = Path(group_enums.__file__).parent / "data" / "approaches.json"
KINDS = {"trait", "open", "closed", "place-suspended", "online", "hybrid", "listing", "ignored"}

# How many codes of its own each programme has, besides languages under codes of their own
# (12 Step Meeting List, includes/variables.php; AA: code4recovery/spec, data/types.json).
OWN_CODES = {
    "aa": 87, "aca": 32, "al-anon": 24, "cma": 17, "coda": 36, "ca": 39, "cea-how": 17, "da": 16, "daa": 11,
    "eda": 29, "ga": 28, "ha": 29, "ma": 17, "na": 30, "oa": 30, "pal": 0, "rca": 3, "rd": 15, "rr": 15, "saa": 6,
    "sa": 11, "sca": 9, "slaa": 46, "sg": 0, "sia": 23, "ua": 5, "va": 4,
}  # fmt: skip
LANGUAGES_OF_THEIR_OWN = {"ca": 7, "ga": 7, "sia": 8, "aca": 1}
PROPOSED = {"BV-I", "D-HOH", "LO-I", "QSL", "RSL"}


def claims(programme, code):
    return [(claim.kind, claim.slug, claim.value) for claim in traits.meaning_of(programme, code).claims]


def test_every_programme_of_the_choices_has_its_whole_table():
    counts = {key: len(rows) for key, rows in CODES["programmes"].items()}

    counts["aa"] -= len(PROPOSED)
    for key, number in LANGUAGES_OF_THEIR_OWN.items():
        counts[key] -= number

    assert counts == OWN_CODES
    assert set(counts) == set(group_enums.Programme.values)


@pytest.mark.parametrize("programme", sorted(OWN_CODES))
def test_every_code_is_a_trait_a_fact_of_the_listing_or_left_out_for_a_reason(programme):
    for code, row in CODES["programmes"][programme].items():
        meaning = traits.meaning_of(programme, code)

        assert meaning.kind in KINDS
        assert (meaning.kind == "trait") == bool(meaning.claims)
        assert (meaning.kind == "ignored") == bool(meaning.why)
        assert meaning.kind != "listing" or meaning.listing
        assert traits.meaning_of_name(programme, row["name"]).kind == meaning.kind


def test_every_claim_of_a_code_is_of_a_known_trait_and_value():
    known = {(entry.kind, entry.slug) for entry in traits.entries()}
    rows = [row for table in CODES["programmes"].values() for row in table.values()]
    rows += [*CODES["na_formats"], *CODES["every_programme"].values()]

    said = [claim for row in rows for claim in traits._meaning(row).claims]

    assert len(said) > 500
    assert {(claim.kind, claim.slug) for claim in said} <= known
    assert {claim.value for claim in said} <= set(enums.TraitValue.values)


def test_every_listing_field_of_a_code_is_a_field_of_a_meeting():
    rows = [row for table in CODES["programmes"].values() for row in table.values()] + CODES["na_formats"]

    fields = {name: value for row in rows for name, value in traits._meaning(row).listing.items()}

    assert set(fields) == {"open_to", "observers", "own_belief", "min_age", "max_age", "needs_camera"}
    for name, value in fields.items():
        choices = dict(Meeting._meta.get_field(name).flatchoices)
        assert not choices or value in choices


def test_every_format_and_focus_of_the_catalogue_can_be_looked_for():
    choices = json.loads(APPROACHES.read_text(encoding="utf-8"))["enums"]
    slugs = {(entry.kind, entry.slug) for entry in traits.entries()}

    formats = {("format", slug) for slug in choices["meeting_formats"]}
    # Not focuses here: a language has its own kind, newcomers are a format, a program for
    # children is a thing to know.
    elsewhere = {"language", "newcomers", "children-program"}
    focuses = {("focus", slug) for slug in set(choices["demographic_options"]) - elsewhere}

    assert formats <= slugs
    assert focuses <= slugs
    assert {("format", "newcomer"), ("feature", "children-program"), ("language", "es")} <= slugs


def test_every_trait_has_a_name_of_its_own_kind_and_one_plain_sentence():
    entries = traits.entries()

    assert {entry.kind for entry in entries} == set(enums.TraitKind.values)
    assert len({(entry.kind, entry.name) for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.definition.endswith(".")
        assert len(entry.definition) <= 130
        assert entry.value in enums.TraitValue.values


@pytest.mark.parametrize(
    ("code", "meanings"),
    [
        ("POA", {"aa": "proof-of-attendance", "al-anon": "parents", "slaa": "proof-of-attendance"}),
        ("NS", {"aca": "needs-support", "na": "smoking", "ha": "smoking"}),
        ("B", {"aa": "big-book", "coda": "book-study", "da": "business-owners"}),
        ("T", {"aa": "trans", "ua": "tools-of-recovery", "aca": "fellowship-text"}),
        ("Y", {"aa": "young-people", "al-anon": "teens", "aca": "yellow-workbook"}),
        ("N", {"aa": "native-american", "da": "numbers"}),
        ("P", {"aa": "professionals", "da": "prosperity"}),
        ("S", {"aa": "es", "aca": "speaker"}),
        ("SP", {"aa": "speaker", "aca": "es"}),
        ("MI", {"rr": "meditation", "sa": "all-genders"}),
        ("AR", {"aa": "ar", "da": "artists", "na": "ar"}),
        ("UA", {"sia": "uk"}),
    ],
)
def test_a_code_means_what_its_programme_says(code, meanings):
    found = {programme: traits.meaning_of(programme, code).trait_slug for programme in meanings}

    assert found == meanings


@pytest.mark.parametrize(
    ("programme", "code", "expected"),
    [
        ("aa", "W", [("focus", "women", "only")]),
        ("aa", "LGBTQ", [("focus", "lgbtq", "welcome")]),
        ("aa", "G", [("focus", "gay", "welcome"), ("focus", "lgbtq", "welcome")]),
        ("aa", "Y", [("focus", "young-people", "welcome")]),
        ("aca", "YA", [("focus", "young-people", "only")]),
        ("coda", "TEEN", [("focus", "teens", "only")]),
        ("oa", "TEEN", [("focus", "teens", "welcome")]),
        ("aa", "AL", [("feature", "with-alateen", "yes")]),
        ("na", "NS", [("feature", "smoking", "no")]),
        ("na", "SMOK", [("feature", "smoking", "yes")]),
        ("daa", "SS", [("format", "speaker", "yes"), ("format", "step-study", "yes")]),
    ],
)
def test_how_far_a_code_goes(programme, code, expected):
    assert claims(programme, code) == expected


def test_codes_set_facts_of_the_listing():
    assert traits.meaning_of("aa", "O").listing == {"open_to": "anyone"}
    assert traits.meaning_of("aa", "C").listing == {"open_to": "with-the-issue"}
    assert traits.meaning_of("al-anon", "O").listing == {"open_to": "anyone", "observers": "welcome"}
    assert traits.meaning_of("al-anon", "C").listing == {"open_to": "with-the-issue", "observers": "no"}
    assert traits.meaning_of("aca", "A").listing == {"min_age": 18}
    assert traits.meaning_of("aca", "TEEN").listing == {"min_age": 12, "max_age": 18}
    assert traits.meaning_of("aa", "A").listing == {"own_belief": "none"}
    assert traits.meaning_of("slaa", "CAM").listing == {"needs_camera": True}


def test_alateen_and_gam_anon_meetings_belong_to_their_own_fellowship():
    assert traits.meaning_of("al-anon", "Y").fellowship == "alateen"
    assert traits.meaning_of("ga", "GAM").fellowship == "gam-anon"
    assert traits.meaning_of("aa", "Y").fellowship == ""


@pytest.mark.parametrize("programme", ["aa", "al-anon", "sg", ""])
def test_shared_marks_hold_in_every_programme(programme):
    assert traits.meaning_of(programme, "TC").kind == "place-suspended"
    assert traits.meaning_of(programme, "ONL").kind == "online"
    assert traits.meaning_of(programme, "onl").kind == "online"
    assert traits.meaning_of(programme, "inactive").kind == "ignored"
    assert traits.meaning_of(programme, "C").kind == "closed"


def test_shared_codes_are_those_on_which_all_programmes_agree():
    shared = [code for code, row in CODES["every_programme"].items() if "/" in row["means"] or row["means"] == "open"]

    for code in shared:
        expected = traits._meaning(CODES["every_programme"][code])
        having = [programme for programme, table in CODES["programmes"].items() if code in table]
        assert len(having) >= 3
        for programme in having:
            meaning = traits.meaning_of(programme, code)
            assert (meaning.kind, meaning.claims) == (expected.kind, expected.claims), (programme, code)


def test_languages_follow_each_programmes_own_codes_and_iso_elsewhere():
    assert claims("al-anon", "ES") == [("language", "es", "yes")]
    assert claims("aa", "S") == [("language", "es", "yes")]
    assert claims("ca", "ITA") == [("language", "it", "yes")]
    assert claims("rd", "IS") == [("format", "inquiry-study", "yes")]
    assert claims("aa", "IS") == [("language", "is", "yes")]


@pytest.mark.parametrize(("programme", "code"), [("aa", "BS"), ("aa", "NA"), ("na", "S"), ("aa", ""), ("nobody", "Y")])
def test_what_is_in_no_table_is_unknown(programme, code):
    assert traits.meaning_of("aa", "B") is not None
    assert traits.meaning_of(programme, code) is None


def test_case_matters_only_where_nothing_else_fits():
    assert claims("na", "step") == [("format", "step-study", "yes")]
    assert claims("aa", "b") == claims("aa", "B")


@pytest.mark.parametrize(
    ("programme", "text", "expected"),
    [
        ("al-anon", "Parents of Alcoholics", "parents"),
        ("aa", "Sign Language", "asl"),
        ("aa", "Outdoor Meeting", "outdoors"),
        ("aa", "Step Meeting", "step-study"),
        ("aa", "big book", "big-book"),
        ("", "Women", "women"),
        ("", "tool-practice", "tool-practice"),
        ("al-anon", "Ukrainian", "uk"),
        ("aa", "LGBTQIAA+", "lgbtq"),
    ],
)
def test_full_english_names_are_understood(programme, text, expected):
    assert traits.meaning_of_name(programme, text).trait_slug == expected


def test_words_for_open_and_online_are_understood_and_others_are_not():
    assert traits.meaning_of_name("aa", "[open]").kind == "open"
    assert traits.meaning_of_name("", "Online").kind == "online"
    assert traits.meaning_of_name("aa", "underwater") is None
    assert traits.meaning_of_name("aa", "") is None


# The formats a BMLT server ships with (bmlt-enabled/bmlt-server), and three world ids more.
NA_KEYS = {
    "O", "C", "B", "BL", "ES", "ENG", "FIN", "PER", "L/R", "BT", "BK", "IP", "IW", "JT", "SPAD", "LC", "GP",
    "SG", "St", "Tr", "TW", "CP", "FD", "D", "SD", "So", "To", "QA", "AB", "ME", "RF", "Rr", "Pi", "Ti", "OE",
    "IL", "Ag", "NS", "CL", "WC", "SL", "SC", "VM", "HY", "TC", "M", "W", "GL", "YP", "CH", "CS", "CW", "NC",
    "RA", "ID",
}  # fmt: skip
NA_WORLD_IDS = {
    "OPEN", "CLOSED", "BEG", "BT", "LIT", "IP", "IW", "JFT", "SPAD", "LC", "GP", "SWG", "STEP", "TRAD", "CPT",
    "DISC", "S-D", "SPK", "TOP", "QA", "MED", "VAR", "NS", "CAN", "WCHR", "VM", "HYBR", "TC", "M", "W", "GL",
    "Y", "CH", "CW", "NC", "RA", "SMOK", "OLM", "INST",
}  # fmt: skip


def test_every_na_format_is_known_by_key_and_by_world_id():
    by_key = {key: traits.na_meaning(key=key) for key in NA_KEYS}
    by_world_id = {world_id: traits.na_meaning(world_id=world_id) for world_id in NA_WORLD_IDS}

    assert [key for key, meaning in by_key.items() if meaning is None] == []
    assert [world_id for world_id, meaning in by_world_id.items() if meaning is None] == []
    assert {key for row in CODES["na_formats"] for key in row["keys"]} == NA_KEYS
    assert {row["world_id"] for row in CODES["na_formats"]} - {"", "LANG"} == NA_WORLD_IDS


def test_na_formats_go_by_world_id_first():
    german = traits.na_meaning(key="KT", world_id="BT", name="Basic Text lesen")
    reused_key = traits.na_meaning(key="M", world_id="MED")

    assert german.trait_slug == "basic-text"
    assert reused_key.trait_slug == "meditation"


def test_na_languages_go_by_name_then_key():
    assert traits.na_meaning(key="ES", world_id="LANG").claims == (Claim("language", "es", "yes"),)
    assert traits.na_meaning(key="xx", world_id="LANG", name="Portuguese").trait_slug == "pt"
    assert [claim.slug for claim in traits.na_meaning(key="L/R", world_id="LANG").claims] == ["lt", "ru", "bilingual"]
    assert traits.na_meaning(key="xx", world_id="LANG") is None


def test_na_channels_and_children():
    assert traits.na_meaning(world_id="VM").kind == "online"
    assert traits.na_meaning(world_id="HYBR").kind == "hybrid"
    assert traits.na_meaning(world_id="TC").kind == "place-suspended"
    assert traits.na_meaning(world_id="NC").claims == (Claim("feature", "children-welcome", "no"),)
    assert traits.na_meaning(key="TW", world_id="TRAD").claims == (
        Claim("format", "tradition-study", "yes"),
        Claim("format", "workshop", "yes"),
    )


def test_codes_for_an_export_are_the_programmes_own():
    assert traits.code_for("aa", "focus", "women") == "W"
    assert traits.code_for("rd", "access", "wheelchair") == "WA"
    assert traits.code_for("na", "feature", "smoking") == "SMOK"
    assert traits.code_for("na", "feature", "smoking", "no") == "NS"
    assert traits.code_for("aa", "feature", "smoking", "no") is None
    assert traits.code_for("aa", "focus", "women", "welcome") is None
    assert traits.code_for("aa", "language", "es") == "S"
    assert traits.code_for("al-anon", "language", "es") == "ES"
    assert traits.code_for("da", "language", "ar") is None
    assert traits.code_for("aa", "access", "qsl") is None
    assert traits.code_of_kind("aa", "open") == "O"
    assert traits.code_of_kind("ma", "closed") is None
    assert traits.code_of_kind("", "closed") == "C"


def test_codes_together_say_the_claims_and_nothing_more():
    gay = [Claim("focus", "gay", "welcome"), Claim("focus", "lgbtq", "welcome")]

    assert traits.codes_for("aa", [*gay, Claim("format", "meditation", "yes")]) == ["G", "MED"]
    assert traits.codes_for("aa", gay[1:]) == ["LGBTQ"]
    assert traits.codes_for("aa", gay[:1]) == []
    assert traits.codes_for("al-anon", [Claim("focus", "teens", "only")]) == []


@pytest.mark.parametrize("programme", sorted(OWN_CODES))
def test_every_code_with_traits_alone_survives_being_written_and_read_again(programme):
    for code, row in CODES["programmes"][programme].items():
        meaning = traits.meaning_of(programme, code)
        if row.get("proposed") or meaning.kind != "trait" or meaning.fellowship or "min_age" in meaning.listing:
            continue

        written = traits.codes_for(programme, meaning.claims)
        read = {claim for again in written for claim in traits.meaning_of(programme, again).claims}

        assert read == set(meaning.claims), (programme, code, written)


def test_a_trait_begins_with_a_capital_in_a_language_that_writes_it_small_inside_a_sentence():
    trait = Trait(name="Indigenous people")

    with translation.override("de"):
        assert str(trait.label) == "Indigene Menschen"
