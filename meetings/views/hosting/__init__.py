"""The pages of those who keep groups. Each view asks `groups.access` or `meetings.access` first."""
