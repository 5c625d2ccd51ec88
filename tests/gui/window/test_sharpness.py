"""On a screen with twice the pixels, photos are drawn with all of them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_that_photos_are_as_sharp_as_a_fine_screen(library: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.gui.window.sharpness_program", library],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "2"},
        capture_output=True,
        timeout=200,
        check=False,
    )

    assert done.returncode == 0, done.stderr.decode()
    seen = json.loads(done.stdout)
    assert seen["ratio"] == 2
    assert seen["icons"]
    assert set(seen["icons"]) == {2}
    assert seen["thumbnails"]
    for sharp, blurred in seen["thumbnails"]:
        assert sharp < 0.7 * blurred
