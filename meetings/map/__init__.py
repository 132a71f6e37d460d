"""The finder's results on a map: what stands where in a part of it, and what is drawn below.

`showing` answers for one part of the map, `outlines` and `towns` draw the ground: no other
site is asked for either.
"""
