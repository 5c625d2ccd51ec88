"""Search results as one picture, a row for each query."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from photofind.photos.picture_file import open_picture

CELL = (220, 165)
GAP = 8
TITLE_HEIGHT = 30
BACKGROUND = "#FAFAF9"
INK = "#1C1C1A"


def contact_sheet(rows: Sequence[tuple[str, Sequence[Path]]]) -> Image.Image:
    """Draw a sheet with a row for each (title, photos), in their order."""
    columns = max((len(paths) for _, paths in rows), default=1)
    row_height = TITLE_HEIGHT + CELL[1] + GAP
    width = GAP + columns * (CELL[0] + GAP)
    sheet = Image.new("RGB", (width, GAP + row_height * len(rows)), BACKGROUND)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=17)
    for number, (title, paths) in enumerate(rows):
        top = GAP + number * row_height
        pen.text((GAP, top + 4), title, INK, font)
        for column, path in enumerate(paths):
            picture = open_picture(path, shorter_side=max(CELL)).image
            cell = ImageOps.fit(picture, CELL, Image.Resampling.LANCZOS)
            sheet.paste(cell, (GAP + column * (CELL[0] + GAP), top + TITLE_HEIGHT))
    return sheet
