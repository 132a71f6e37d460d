"""The curators' desk: what needs a person, and what they do about it.

- `part`: what is in a curator's part of the catalogue.
- `queue`: everything that waits for somebody, ordered by harm and age.
- `answers`: what is decided about suggestions, reports, claims and flags, and the way back.
- `decided`: decisions in words; `words`: listings in a few words.
- `table`, `bulk`: listings in a table, and one change for many of them.
- `past`: what changed in a listing, when, and in what role.
- `copies`, `venues`: copying a meeting, putting a place right for everybody there.
- `shown`: why a listing is, or is not, on the site.
"""
