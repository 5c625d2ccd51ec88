from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.search.numbered_catalogue import NumberedCatalogue


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[NumberedCatalogue]:
    made = NumberedCatalogue(tmp_path / "library")
    yield made
    made.database.close()
