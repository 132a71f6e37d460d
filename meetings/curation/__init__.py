"""The curators' desk: what needs a person, and what they do about it.

- `queue`: everything that waits for somebody, ordered by harm and age.
- `answers`: taking back what was decided about suggestions, reports, claims and flags.
- `table`, `bulk`: listings in a table, and one change for many of them.
- `past`: what changed in a listing, when, and in what role.
- `shown`: why a listing is, or is not, on the site.
"""
