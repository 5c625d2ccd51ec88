"""The window as a process of its own: it opens, is asked by a second start, and ends cleanly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_RUN = """
import sys, threading
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QMetaObject, Qt, QTimer
from photofind.gui import app

def quit_when_told():
    sys.stdin.readline()
    QMetaObject.invokeMethod(
        QCoreApplication.instance(), "quit", Qt.ConnectionType.QueuedConnection
    )

threading.Thread(target=quit_when_told, daemon=True).start()
code = app.run(Path(sys.argv[1]))
print("torch" in sys.modules, code, flush=True)
"""


def _start(library: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", _RUN, str(library)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )


@pytest.mark.slow
def test_that_a_window_ends_cleanly_and_a_second_start_leaves_it_alone(tmp_path: Path) -> None:
    library = tmp_path / "library"
    first = _start(library)
    assert first.stdin is not None
    # It has the library when the log is there, and listens soon after; a second start waits.
    while not (library / "photofind.log").exists():
        assert first.poll() is None
    second = _start(library)
    second_out, second_err = second.communicate(timeout=120)

    first_out, first_err = first.communicate("quit\n", timeout=120)

    assert second.returncode == 0, second_err
    assert second_out.strip() == "False 0"
    assert first.returncode == 0, first_err
    assert first_out.strip() == "False 0"
