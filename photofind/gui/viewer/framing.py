"""Compute which part of a picture is in view, without a widget."""

from __future__ import annotations

from dataclasses import dataclass, replace

Point = tuple[float, float]

MOST_ENLARGED = 8.0
"""Most device pixels for each pixel of a photo."""

ENLARGED_TO_FIT = 2.0
"""The same limit when fitting a small picture to the view."""


@dataclass(frozen=True, slots=True)
class Framing:
    """Zoom and pan of a photo in a view; never smaller than fit, never past its edges.

    Attributes:
        photo: Width and height in the photo's pixels.
        view: Width and height in the screen's independent pixels.
        density: Screen pixels in an independent one.
        scale: Independent pixels that a pixel of the photo fills.
        centre: What is in the middle of the view, in the photo's pixels.
    """

    photo: Point
    view: Point
    density: float
    scale: float
    centre: Point

    @staticmethod
    def fitted(photo: Point, view: Point, density: float) -> Framing:
        scale = _fit(photo, view, density)
        return Framing(photo, view, density, scale, (photo[0] / 2, photo[1] / 2))

    @property
    def fit(self) -> float:
        """Scale at which all of the photo is just in view."""
        return _fit(self.photo, self.view, self.density)

    @property
    def most(self) -> float:
        return max(self.fit, MOST_ENLARGED / self.density)

    @property
    def full(self) -> float:
        """Scale of one photo pixel for one device pixel; fit, where that is larger."""
        return max(self.fit, 1 / self.density)

    @property
    def is_fit(self) -> bool:
        return self.scale <= self.fit * 1.0001

    @property
    def rect(self) -> tuple[float, float, float, float]:
        """Left, top, width, height of the photo in the view; may reach beyond it."""
        left, top = self.to_view((0.0, 0.0))
        return left, top, self.photo[0] * self.scale, self.photo[1] * self.scale

    def to_view(self, point: Point) -> Point:
        return (
            (point[0] - self.centre[0]) * self.scale + self.view[0] / 2,
            (point[1] - self.centre[1]) * self.scale + self.view[1] / 2,
        )

    def to_photo(self, point: Point) -> Point:
        """Invert `to_view`; may return a point outside the photo."""
        return (
            (point[0] - self.view[0] / 2) / self.scale + self.centre[0],
            (point[1] - self.view[1] / 2) / self.scale + self.centre[1],
        )

    def zoomed(self, scale: float, at: Point) -> Framing:
        """Zoom around a point of the view, as far as the photo's edges allow."""
        kept = self.to_photo(at)
        scale = min(max(scale, self.fit), self.most)
        centre = (
            kept[0] - (at[0] - self.view[0] / 2) / scale,
            kept[1] - (at[1] - self.view[1] / 2) / scale,
        )
        return replace(self, scale=scale, centre=centre)._within_edges()

    def panned(self, right: float, down: float) -> Framing:
        """Move the photo by independent pixels."""
        centre = (self.centre[0] - right / self.scale, self.centre[1] - down / self.scale)
        return replace(self, centre=centre)._within_edges()

    def resized(self, view: Point, density: float) -> Framing:
        """Adapt to a new view size: a fitted photo stays fitted, a zoomed one keeps its centre."""
        if self.is_fit:
            return Framing.fitted(self.photo, view, density)
        moved = replace(self, view=view, density=density)
        return replace(moved, scale=min(max(self.scale, moved.fit), moved.most))._within_edges()

    def of_photo(self, photo: Point) -> Framing:
        """Show the same part of the same picture, whose size is now known better."""
        if self.is_fit:
            return Framing.fitted(photo, self.view, self.density)
        across, down = photo[0] / self.photo[0], photo[1] / self.photo[1]
        moved = replace(self, photo=photo, centre=(self.centre[0] * across, self.centre[1] * down))
        scale = min(max(self.scale / across, moved.fit), moved.most)
        return replace(moved, scale=scale)._within_edges()

    def _within_edges(self) -> Framing:
        x = _held(self.centre[0], self.photo[0], self.view[0] / self.scale)
        y = _held(self.centre[1], self.photo[1], self.view[1] / self.scale)
        return replace(self, centre=(x, y))


def _fit(photo: Point, view: Point, density: float) -> float:
    across, down = max(view[0], 1) / photo[0], max(view[1], 1) / photo[1]
    return min(across, down, ENLARGED_TO_FIT / density)


def _held(centre: float, photo: float, seen: float) -> float:
    if seen >= photo:
        return photo / 2
    return min(max(centre, seen / 2), photo - seen / 2)
