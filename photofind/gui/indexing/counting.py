"""Format numbers that change while they are read: of one width, without flicker."""

from photofind.gui.wording import number

FIGURE_SPACE = "\u2007"
"""As wide as a digit."""

PUNCTUATION_SPACE = "\u2008"
"""As wide as a separator of thousands."""

SMOOTHING = 0.1
"""Weight of a new value in the moving average; values come ten times a second."""

SHOWN_CHANGE = 0.05
"""Least relative change that updates the number shown."""


def padded(done: str, total: str) -> str:
    """Pad a number to the width of the one it grows to."""
    missing = total[: max(0, len(total) - len(done))]
    blanks = (FIGURE_SPACE if sign.isdigit() else PUNCTUATION_SPACE for sign in missing)
    return "".join(blanks) + done


def rate_in_words(rate: float) -> str:
    """Format a rate, with tenths only where they matter."""
    if rate >= 10:
        return number(round(rate))
    tenths = f"{rate:.1f}"
    return tenths.removesuffix(".0")


class SteadyNumber:
    """Smoothed value; the number shown follows it in readable steps."""

    def __init__(self) -> None:
        self._smooth: float | None = None
        self._shown = 0.0

    def next(self, value: float) -> float:
        """Add a value and return the one to show."""
        if self._smooth is None:
            self._smooth = self._shown = value
        self._smooth += SMOOTHING * (value - self._smooth)
        if abs(self._smooth - self._shown) > SHOWN_CHANGE * self._shown:
            self._shown = self._smooth
        return self._shown

    def reset(self) -> None:
        self._smooth = None
