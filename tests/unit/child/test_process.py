"""The end of a child process, however it comes: nobody waits for ever, and nobody is blamed."""

import errno
import logging
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from photofind.child import process as process_module
from photofind.child.client import ChildClient
from photofind.child.messages import EncodeTexts, ReadPicture, Start
from photofind.child.process import ChildDiedError, ChildProcess
from photofind.paths import LibraryPaths
from photofind.settings import Settings

ODD = "tests.support.odd_child"
TEXTS = EncodeTexts(("a dog",), "odd")
PICTURE = ReadPicture(Path("any.jpg"), None)
LONG_S = 60.0

MakeChild = Callable[[str], ChildProcess]


@pytest.fixture
def make_child(tmp_path: Path) -> Iterator[MakeChild]:
    """Start a child that behaves as the text says."""
    children = []

    def make(behaviour: str) -> ChildProcess:
        start = Start(LibraryPaths(tmp_path), Settings(), behaviour, logging.INFO)
        children.append(ChildProcess(ODD, start))
        return children[-1]

    yield make
    for child in children:
        child.close()


class ClosedOnWindows(subprocess.Popen[bytes]):
    """Its stdin fails as on Windows when the reader is gone, from the second message on."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        assert self.stdin is not None
        write, flushes = self.stdin.flush, iter(range(100))

        def flush() -> None:
            if next(flushes):
                raise OSError(errno.EINVAL, "Invalid argument")
            write()

        # A BufferedWriter's own methods cannot be replaced.
        self.stdin = _Pipe(self.stdin, flush)  # type: ignore[assignment]


class _Pipe:
    def __init__(self, pipe: Any, flush: Callable[[], None]) -> None:
        self._pipe = pipe
        self.flush = flush

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipe, name)


class Unkillable(subprocess.Popen[bytes]):
    """As a process that waits for a disk that does not answer."""

    @override
    def kill(self) -> None:
        """Does not even die."""


def test_that_what_cannot_be_read_reaches_everybody_and_ends_the_child(
    make_child: MakeChild,
) -> None:
    child = make_child("sends what cannot be read")
    with ThreadPoolExecutor() as pool:
        waiting: list[Future[object]] = [
            pool.submit(child.started),
            pool.submit(child.started),
            pool.submit(lambda: child.request(TEXTS).get(LONG_S)),
        ]
        reasons = [wait.exception(LONG_S) for wait in waiting]

    assert all(isinstance(reason, RuntimeError | ChildDiedError) for reason in reasons)
    assert "photofind.nowhere" in str(reasons[0])
    assert child.ended
    # And whoever comes later.
    with pytest.raises(ChildDiedError):
        child.request(TEXTS).get(LONG_S)
    with pytest.raises(RuntimeError, match=r"photofind\.nowhere"):
        child.started()


def test_that_another_child_is_started_after_one_that_sent_nonsense(tmp_path: Path) -> None:
    worker = ChildClient(
        LibraryPaths(tmp_path), Settings(), "sends what cannot be read", module=ODD
    )
    pids = set()
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"photofind\.nowhere"):
            _ = worker.space
        pids.add(worker.pid)
    worker.close()

    assert len(pids) == 2


def test_that_half_a_message_is_a_death(
    make_child: MakeChild, caplog: pytest.LogCaptureFixture
) -> None:
    child = make_child("ends in the middle of a message")

    with pytest.raises(ChildDiedError):
        child.started()
    child.close()

    assert "ended with exit code 3" in caplog.text


def test_that_any_error_of_the_pipe_is_the_death_of_the_child(
    make_child: MakeChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", ClosedOnWindows)
    child = make_child("says nothing more")
    child.started()

    with pytest.raises(ChildDiedError):
        child.request(TEXTS).get(LONG_S)
    assert child.ended


def test_that_progress_in_a_file_counts_as_life_of_its_own_thread_alone(
    make_child: MakeChild, caplog: pytest.LogCaptureFixture
) -> None:
    child = make_child("reads pictures for ever")
    child.started()
    with ThreadPoolExecutor() as pool:
        picture = pool.submit(child.request(PICTURE).get, 1.0)
        with pytest.raises(ChildDiedError):
            child.request(TEXTS).get(4.0)

        death = picture.exception(LONG_S)
        assert isinstance(death, ChildDiedError)
        assert not death.alone
    assert "stuck in its encoder thread" in caplog.text
    assert "stuck in its pictures thread" not in caplog.text


def test_that_a_child_that_cannot_even_be_killed_keeps_nobody_waiting(
    make_child: MakeChild, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(subprocess, "Popen", Unkillable)
    monkeypatch.setattr(process_module, "KILL_S", 0.1)
    child = make_child("says nothing more")
    child.started()

    with pytest.raises(ChildDiedError):
        child.request(PICTURE).get(0.1)
    child.close()

    assert "is left behind" in caplog.text
    child._process.terminate()


def test_that_log_records_come_with_their_text_and_traceback(
    make_child: MakeChild, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("photofind.odd").setLevel(logging.INFO)
    caplog.set_level(logging.INFO)
    child = make_child("logs")
    child.started()

    records = [record for record in caplog.records if record.name == "photofind.odd"]
    assert [record.levelname for record in records] == ["WARNING", "ERROR"]
    assert records[0].getMessage() == "two of 3"
    assert "KeyError: 'the cause'" in records[1].getMessage()
    assert {record.process for record in records} == {child.pid}
