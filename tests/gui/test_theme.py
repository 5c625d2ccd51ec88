import pytest
from PySide6.QtGui import QColor, QKeySequence

from photofind.gui.shortcuts import shortcuts
from photofind.gui.theme import DARK, LIGHT, Theme, palette_of, theme_of

READABLE = 4.5
"""Contrast of text that people with weaker eyes can read: WCAG 2.2, 1.4.3."""


def _luminance(colour: str) -> float:
    ink = QColor(colour)
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
        for part in (ink.redF(), ink.greenF(), ink.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("background", ["window", "surface", "raised"])
@pytest.mark.parametrize("ink", ["text", "muted", "danger"])
def test_that_text_can_be_read(theme: Theme, background: str, ink: str) -> None:
    assert _contrast(getattr(theme, ink), getattr(theme, background)) >= READABLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_that_text_on_the_accent_can_be_read(theme: Theme) -> None:
    assert _contrast(theme.accent_text, theme.accent) >= READABLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_that_the_theme_of_a_palette_is_found(theme: Theme) -> None:
    assert theme_of(palette_of(theme)) is theme


def test_that_every_shown_key_is_one() -> None:
    for _, group in shortcuts():
        for one in group:
            assert QKeySequence(one.keys).toString() == one.keys
