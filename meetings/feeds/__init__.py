"""Feeds of meetings: other people's lists in, our own calendars and lists out.

In: `loading.load` fetches an address or opens a file (`fetching`, `decoding`), one of the readers
(`meeting_guide`, `bmlt`, `tables`) turns each record into a `rows.Row`, `locating` finds its zone
and position, and `importing` makes listings of the rows: all of them or none, keeping what people
corrected, with a record of every change that can be taken back.

The readers are pure: no database, no clock, no settings. Nothing that a row says is ever logged.
"""
