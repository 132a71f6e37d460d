"""What a search found, on paper: a list, a sheet folded in three, or a booklet.

`entries` turns meetings into lines, `paper` sets them, `orders` keeps the large ones that the
worker makes.
"""
