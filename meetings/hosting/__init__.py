"""What hosts do for their group beside keeping its listing true.

- `roles`: who keeps the group; inviting, handing over, leaving.
- `notice_board`: lines for members that end by themselves.
- `duties`: who opens the door, and how many people were there.
- `desk`: what a host's pages say.
- `editing`: changes of a listing, in words before they are made.
- `new_meetings`: a new meeting, a copy of one, one time on many days.
- `poster`: a sheet for the wall.
"""
