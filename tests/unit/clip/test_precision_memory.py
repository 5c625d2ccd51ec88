from pathlib import Path

import pytest

from photofind.clip.precision import Precision, PrecisionMemory
from tests.support.full_disk import full_disk as full_disk

WEIGHTS = "0123456789abcdef" * 4


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "precision.toml"


@pytest.fixture
def memory(path: Path) -> PrecisionMemory:
    return PrecisionMemory(path)


def test_that_what_was_measured_is_remembered_for_each_checkpoint(memory: PrecisionMemory) -> None:
    memory.remember(WEIGHTS, Precision.INT8, 12.344)
    memory.remember("f" * 64, Precision.BFLOAT16)

    assert memory.recall(WEIGHTS) is Precision.INT8
    assert memory.recall_rate(WEIGHTS) == 12.34
    assert memory.recall("f" * 64) is Precision.BFLOAT16
    assert memory.recall_rate("f" * 64) is None


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"[half", b"a = 1\na = 2\n", b"x = " + b"[" * 100_000, b"\0" * 100],
    ids=["no text", "cut short", "twice the same", "deep", "zeros"],
)
def test_that_a_damaged_file_is_made_anew(
    memory: PrecisionMemory, path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)

    assert memory.recall(WEIGHTS) is None
    assert memory.recall_rate(WEIGHTS) is None
    assert "damaged" in caplog.text

    memory.remember(WEIGHTS, Precision.INT8, 3.0)
    assert memory.recall(WEIGHTS) is Precision.INT8


def test_that_a_file_cut_short_anywhere_stops_nobody(memory: PrecisionMemory, path: Path) -> None:
    memory.remember(WEIGHTS, Precision.INT8, 12.34)
    whole = path.read_bytes()

    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        assert memory.recall(WEIGHTS) in (None, Precision.INT8)
        assert (memory.recall_rate(WEIGHTS) or 1) > 0


@pytest.mark.parametrize("precision", ['"float12"', "[]", "{}", "1", "nan"])
@pytest.mark.parametrize("rate", ['"quick"', "[]", "-1", "0", "inf", "nan"])
def test_that_values_of_no_use_count_as_not_measured(
    memory: PrecisionMemory, path: Path, precision: str, rate: str
) -> None:
    memory.remember(WEIGHTS, Precision.INT8, 12.34)
    text = path.read_text("utf-8")
    path.write_text(text.replace('"int8"', precision).replace("12.34", rate), "utf-8")

    assert memory.recall(WEIGHTS) is None
    assert memory.recall_rate(WEIGHTS) is None


def test_that_a_full_disk_only_means_to_measure_again(
    memory: PrecisionMemory, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    memory.remember(WEIGHTS, Precision.INT8, 12.34)
    request.getfixturevalue("full_disk")

    memory.remember(WEIGHTS, Precision.BFLOAT16, 20.0)

    assert "No space left" in caplog.text
    assert memory.recall(WEIGHTS) is Precision.INT8
