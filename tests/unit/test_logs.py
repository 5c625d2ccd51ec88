import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofind.logs import LogFile, Logging, scrubbed, tail

WRITE_IN_ANOTHER_PROCESS = """
import logging, sys
from pathlib import Path
from photofind.logs import LogFile
logger = logging.getLogger("photofind.test")
logger.setLevel(logging.INFO)
logger.addHandler(LogFile(Path(sys.argv[1]), max_bytes=20_000))
for number in range(500):
    logger.info("%s wrote line %d of 500", sys.argv[2], number)
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "photofind.log"


@pytest.fixture
def logger(log: Path) -> Iterator[logging.Logger]:
    """A logger of photofind's that writes to `log` as a process does."""
    with Logging() as logging_:
        logging_.to_library(log)
        yield logging.getLogger("photofind.test")


def test_that_debug_records_stay_out_of_the_file(logger: logging.Logger, log: Path) -> None:
    logger.debug("batch of 32")
    logger.info("run finished")
    assert "run finished" in log.read_text("utf-8")
    assert "batch" not in log.read_text("utf-8")


def test_that_a_library_that_logs_to_the_root_shows_nothing_of_it(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.StreamHandler(sys.stderr)
    logging.getLogger().addHandler(root)
    try:
        with Logging() as logging_:
            logging_.to_library(log)
            logging.getLogger("photofind.test").info("run finished")
    finally:
        logging.getLogger().removeHandler(root)
    assert capsys.readouterr().err == ""
    assert "run finished" in log.read_text("utf-8")


def test_that_verbose_shows_everything_on_stderr_and_the_file_stays_as_it_is(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Logging(verbose=True) as logging_:
        logging_.to_library(log)
        logging.getLogger("photofind.test").debug("reading /photos/secret.jpg")
        logging.getLogger("photofind.test").info("found /photos/secret.jpg")
    shown = capsys.readouterr().err
    assert "reading /photos/secret.jpg" in shown
    assert "found /photos/secret.jpg" in shown
    assert "secret" not in log.read_text("utf-8")


def test_that_nothing_is_logged_after_closing(log: Path) -> None:
    level = logging.getLogger("photofind").level
    with Logging() as logging_:
        logging_.to_library(log)
    logging.getLogger("photofind.test").error("too late")
    assert not log.exists()
    assert logging.getLogger("photofind").level == level


def test_that_a_library_that_is_not_there_gets_no_log(tmp_path: Path) -> None:
    with Logging() as logging_:
        logging_.to_library(tmp_path / "nothing" / "photofind.log")
        logging.getLogger("photofind.test").error("no library")
    assert not (tmp_path / "nothing").exists()


def test_that_a_traceback_keeps_its_source_lines_and_loses_its_paths(
    logger: logging.Logger, log: Path
) -> None:
    try:
        Path("/photos of jane/secret.jpg").read_bytes()
    except OSError:
        logger.exception("Reading failed")
    written = log.read_text("utf-8")
    assert "FileNotFoundError" in written
    assert "test_logs.py" in written
    assert "No such file" in written
    assert "<path>" in written
    assert "secret.jpg'" not in written.replace('Path("/photos of jane/secret.jpg")', "")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("cannot read '/home/jane/my beach.jpg' now", "cannot read <path> now"),
        ('cannot read "C:\\Users\\jane\\a.jpg" now', "cannot read <path> now"),
        ("cannot read /home/jane/my beach.jpg", "cannot read <path>"),
        ("cannot read C:\\Users\\my beach.jpg", "cannot read <path>"),
        ("cannot read b'Holiday/beach.jpg'", "cannot read b<path>"),
        ("12/15 photos, 3.5 / s", "12/15 photos, 3.5 / s"),
    ],
)
def test_that_paths_are_taken_out_of_messages(said: str, kept: str) -> None:
    assert scrubbed(said) == kept


def test_that_two_processes_write_whole_lines_and_rotate_one_file(log: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE_IN_ANOTHER_PROCESS, str(log), name])
        for name in ("first", "second")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]

    files = sorted(path for path in log.parent.iterdir() if path.suffix != ".lock")
    assert {path.name for path in files} == {
        "photofind.log",
        *(f"photofind.log.{number}" for number in (1, 2, 3)),
    }
    lines = [line for path in files for line in path.read_text("utf-8").splitlines()]
    assert all(line.endswith("of 500") and line.count("wrote line") == 1 for line in lines)
    assert any("line 499" in line for line in lines)


def test_that_the_tail_begins_with_a_whole_line(log: Path) -> None:
    log.write_text("".join(f"line {number}\n" for number in range(5000)), "utf-8")
    assert tail(log).splitlines()[-1] == "line 4999"
    assert tail(log).splitlines()[0].startswith("line ")
    assert len(tail(log)) <= 16_384


def test_that_a_log_that_is_not_there_has_an_empty_tail(log: Path) -> None:
    assert tail(log) == ""


def test_that_a_log_file_outlives_a_lock_held_by_another_process(log: Path) -> None:
    handler = LogFile(log, max_bytes=100)
    holder = LogFile(log)
    record = logging.LogRecord("photofind", logging.INFO, "", 0, "x" * 60, (), None)
    with holder._rotation:
        for _ in range(3):
            handler.emit(record)
    assert log.read_text("utf-8").count("x" * 60) == 3
