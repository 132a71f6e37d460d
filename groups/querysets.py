"""Chainable filters in the field's own words."""

from django.db.models import CharField, F, Func, QuerySet

from groups.enums import GroupState
from groups.text import fold

# Letters that Unicode does not take apart, as in `groups.text`; of the second kind the last go.
_SEVERAL = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
_ONE, _ONE_PLAIN = "øłđðıħŋŧəʻʼ’''`", "olddihnte"


class _Folded(Func):
    """A name without accents and case, apostrophes left out. Plain names, nearly all, cost no more than their case."""

    output_field = CharField()

    def as_sql(self, compiler, connection, **extra_context):
        name, params = compiler.compile(self.source_expressions[0])
        plain = f"lower(normalize({name}, NFKD))"
        for letter, letters in _SEVERAL.items():
            plain = f"replace({plain}, '{letter}', '{letters}')"
        plain = f"regexp_replace(translate({plain}, '{_ONE}', '{_ONE_PLAIN}'), '[\u0300-\u036f]', '', 'g')"
        return f"CASE WHEN {name} ~ '[^ -&(-_a-~]' THEN {plain} ELSE lower({name}) END", [*params, *params, *params]


class ApproachQuerySet(QuerySet):
    def of_the_brief(self) -> "ApproachQuerySet":
        """The five this finder was first made for, in their order."""
        return self.filter(brief_order__isnull=False)


class GroupQuerySet(QuerySet):
    def public(self) -> "GroupQuerySet":
        """Groups a visitor may see: the one place that says so."""
        return self.filter(state=GroupState.PUBLIC)

    def named(self, words: str) -> "GroupQuerySet":
        """Groups whose name holds all these words, whatever their accents and case."""
        groups = self
        for word in fold(words).split():
            groups = groups.alias(folded_name=_Folded(F("name"))).filter(folded_name__contains=word)
        return groups
