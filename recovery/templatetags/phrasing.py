"""Words in a row in templates: filters for what `groups.phrasing` says."""

from django import template

from groups import phrasing

register = template.Library()

register.filter("listed", phrasing.listed)
register.filter("names_listed", phrasing.names_listed)
register.filter("quoted", phrasing.quoted)
