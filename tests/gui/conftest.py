"""Fixtures of the window's tests."""

import io
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from photofind.domain import PhotoId
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.gui.theme import LIGHT, apply_theme
from photofind.store.gallery import PhotoRows


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    apply_theme(qapp, LIGHT)
    return qapp


@pytest.fixture(autouse=True)
def _nothing_is_left_running() -> Iterator[None]:
    """Fail a test that leaves a thread behind."""
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    assert not left, f"threads left behind: {left}"


@pytest.fixture
def english_numbers() -> Iterator[None]:
    """Numbers and dates as in the United States, whatever the machine's own are."""
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    yield
    QLocale.setDefault(before)


@pytest.fixture(scope="session")
def rows() -> Callable[[int], PhotoRows]:
    """N photos of random shape and colour, with the ids 1 to N."""

    def made(count: int) -> PhotoRows:
        chance = np.random.default_rng(7)
        return PhotoRows(
            np.arange(1, count + 1, dtype=np.int64),
            chance.choice(np.array([0.67, 0.75, 1.0, 1.33, 1.5, 1.78], np.float32), count),
            chance.integers(0x202020, 0xE0E0E0, count, dtype=np.uint32),
            np.zeros(count, np.bool_),
        )

    return made


@pytest.fixture(scope="session")
def drawn_thumbnail() -> Callable[[PhotoId], bytes]:
    """A small JPEG for any id; a dozen different ones."""
    made: dict[int, bytes] = {}

    def thumbnail(photo_id: PhotoId) -> bytes:
        seed = photo_id % 12
        if seed not in made:
            jpeg = io.BytesIO()
            scene: Image.Image = draw_scene(seed, (384, 288)).image
            scene.save(jpeg, "JPEG")
            made[seed] = jpeg.getvalue()
        return made[seed]

    return thumbnail
