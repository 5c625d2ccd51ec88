"""The command line in a library of one's own, which may be a copy of one that is indexed once."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photofind.cli.app import run

Json = Callable[..., Any]


@pytest.fixture(autouse=True)
def library_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHOTOFIND_LIBRARY", str(tmp_path / "library"))
    return tmp_path / "library"


@pytest.fixture
def as_json(capsys: pytest.CaptureFixture[str]) -> Json:
    """Run a command and parse the one document it prints."""

    def call(*arguments: str | Path, code: int = 0) -> Any:
        assert run([*map(str, arguments), "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def indexed(indexed_library: tuple[Path, str], library_folder: Path) -> Any:
    """The report of `photofind index` of the drawn pictures; this test's library holds them."""
    library, report = indexed_library
    shutil.copytree(library, library_folder)
    return json.loads(report)
