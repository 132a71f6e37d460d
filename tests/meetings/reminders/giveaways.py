"""Words that would tell what a message is about, in each language: beginnings of words, in small letters.

Beside the names in the catalogue, which are the same in every language. In Arabic, where words
grow at both ends, they may stand anywhere in a word.
"""

GIVEAWAYS = {
    "es": [
        "recuper", "sobri", "adicc", "adict", "alcoh", "alcóh", "droga", "narcót", "ludop", "doce", "padrin", "madrin",
        "anónim", "rehabilit", "desintox", "recaíd", "reunión", "reunion", "grupo", "hermandad", "fraternidad",
        "comunidad", "programa", "terapi", "apoyo", "abstin", "codepend", "toxic", "consum",
    ],
    "fr": [
        "rétabl", "sobr", "abstin", "dépend", "addict", "alcool", "drogu", "narcot", "douze", "étape", "parrain",
        "marrain", "anonym", "désintox", "sevrag", "rechut", "réunion", "groupe", "fraternité", "programme", "thérap",
        "soutien", "entraide", "codépend", "toxic", "consomm",
    ],
    "de": [
        "genes", "nüchtern", "trocken", "suchtk", "suchth", "süchtig", "abhängig", "alkohol", "droge", "rausch",
        "glücksspiel", "spielsucht", "zwölf", "sponsor", "anonym", "entzug", "entgift", "rückfall", "treffen",
        "meeting", "gruppe", "gemeinschaft", "programm", "therap", "selbsthilfe", "entwöhn",
    ],
    "pt": [
        "recuperaç", "sobri", "sóbri", "adict", "adicç", "vício", "vicia", "dependên", "dependen", "álcool", "alcoó",
        "alcoo", "droga", "narcót", "doze", "padrinh", "madrinh", "anônim", "anónim", "reabilit", "desintox", "recaíd",
        "reunião", "reuniõ", "grupo", "irmandade", "programa", "terapi", "apoio", "abstin", "codepend",
    ],
    "ar": [
        "تعاف", "متعاف", "إدمان", "ادمان", "مدمن", "كحول", "خمر", "مخدر", "قمار", "خطوات", "مجهول", "انتكاس", "اجتماع",
        "مجموعة", "مجموعات", "زمالة", "برنامج", "علاج", "امتناع", "رصانة", "صحو",
    ],
}  # fmt: skip


def told(words: set[str], language: str) -> set[str]:
    """Return those of the words that give somebody away."""
    stems = GIVEAWAYS.get(language, [])
    if language == "ar":
        return {word for word in words if any(stem in word for stem in stems)}
    return {word for word in words if word.startswith(tuple(stems))} if stems else set()
