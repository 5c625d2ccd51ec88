"""Distances on the Earth, taken to be a sphere; that is wrong by up to 0.6 %.

Boxes around circles: Matuschek, "Finding points within a distance of a latitude/longitude using
bounding coordinates", section 3.
"""

import math
from dataclasses import dataclass

EARTH_RADIUS_M = 6_371_008.8
"""The mean radius of the Earth (IUGG)."""

_MARGIN = 1e-6
"""Degrees, a tenth of a metre: what rounding may move the edge of a box by, and more."""


@dataclass(frozen=True, slots=True)
class Box:
    """Latitudes and longitudes, in degrees, that hold a circle.

    Attributes:
        longitudes: From west to east; two spans where it crosses the date line.
    """

    south: float
    north: float
    longitudes: tuple[tuple[float, float], ...]


def distance_m(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Measure the great circle between two places given in degrees, by the haversine formula."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    across = math.radians(other_longitude - longitude)
    haversine = (
        math.sin((other_phi - phi) / 2) ** 2
        + math.cos(phi) * math.cos(other_phi) * math.sin(across / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(haversine)))


def box_around(latitude: float, longitude: float, radius_m: float) -> Box:
    """Make a box, no larger than it must be, that holds a circle."""
    angle = radius_m / EARTH_RADIUS_M
    reach = math.degrees(angle) + _MARGIN
    south, north = latitude - reach, latitude + reach
    if south <= -90 or north >= 90:
        # A circle around a pole has all longitudes.
        return Box(max(south, -90.0), min(north, 90.0), ((-180.0, 180.0),))
    sine = math.sin(angle) / math.cos(math.radians(latitude))
    across = math.degrees(math.asin(min(1.0, sine))) + _MARGIN
    west, east = longitude - across, longitude + across
    if across >= 180:
        return Box(south, north, ((-180.0, 180.0),))
    if west < -180:
        return Box(south, north, ((west + 360, 180.0), (-180.0, east)))
    if east > 180:
        return Box(south, north, ((west, 180.0), (-180.0, east - 360)))
    return Box(south, north, ((west, east),))
