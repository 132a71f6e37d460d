"""Draw the icons a device shows among its apps, into static/img/app/. Needed again when the mark changes."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from PIL import Image, ImageDraw

FOLDER = Path(settings.BASE_DIR) / "static" / "img" / "app"
SIZES = (192, 512)
PAPER, INK, LAMP = "#f7f2e7", "#1c2333", "#f5b73c"
# Drawn larger and made small, so that edges are smooth.
_FINER = 4
# Both stay within the middle four fifths: devices cut icons to a shape of their own.
_SEAT = ((0.30, 0.57), (0.61, 0.53), (0.71, 0.62), (0.37, 0.66))
_LINES = (
    ((0.35, 0.24), (0.36, 0.56)),
    ((0.59, 0.22), (0.60, 0.53)),
    ((0.35, 0.32), (0.59, 0.30)),
    ((0.355, 0.42), (0.595, 0.40)),
    ((0.30, 0.57), (0.29, 0.74)),
    ((0.37, 0.66), (0.37, 0.81)),
    ((0.71, 0.62), (0.72, 0.78)),
    ((0.61, 0.65), (0.61, 0.72)),
)


def draw(name: str, size: int) -> Image.Image:
    """Return the icon "chair", or "plain": seven days and nothing else."""
    large = size * _FINER
    image = Image.new("RGB", (large, large), INK)
    pen = ImageDraw.Draw(image)
    if name == "plain":
        for day in range(7):
            left = large * (0.2 + day * 0.088)
            pen.rounded_rectangle(
                (left, large * 0.34, left + large * 0.062, large * 0.66),
                radius=large * 0.02,
                fill=LAMP if day == 3 else PAPER,
            )
    else:
        pen.polygon([(x * large, y * large) for x, y in _SEAT], fill=LAMP)
        width = round(large * 0.036)
        for line in (*_LINES, *zip(_SEAT, (*_SEAT[1:], _SEAT[0]), strict=True)):
            points = [(x * large, y * large) for x, y in line]
            pen.line(points, fill=PAPER, width=width)
            for x, y in points:
                pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=PAPER)
    return image.resize((size, size), Image.Resampling.LANCZOS).quantize(32)


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in ("chair", "plain"):
            for size in SIZES:
                draw(name, size).save(FOLDER / f"{name}-{size}.png", optimize=True)
                self.stdout.write(f"{name}-{size}.png")
