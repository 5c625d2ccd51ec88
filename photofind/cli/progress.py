"""Progress on stderr, if it is a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from photofind.cli.output import err
from photofind.events import Event, IndexPhase, IndexProgress, Listener, ignore_events

_WORDS = {
    IndexPhase.FINDING: "Looking for photos",
    IndexPhase.THUMBNAILS: "Making thumbnails",
    IndexPhase.EMBEDDING: "Reading photos",
    IndexPhase.TAGS: "Suggesting tags",
}


@contextmanager
def show_progress() -> Iterator[Listener]:
    """Make a listener that draws a bar with rate and time left; draws nothing into pipes."""
    if not err.is_terminal:
        yield ignore_events
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        bars = {
            phase: progress.add_task(words, total=None, visible=False, speed="")
            for phase, words in _WORDS.items()
        }

        def listen(event: Event) -> None:
            if isinstance(event, IndexProgress):
                progress.update(
                    bars[event.phase],
                    completed=event.done,
                    total=event.total,
                    visible=True,
                    speed=_speed(event),
                )

        yield listen


def _speed(event: IndexProgress) -> str:
    if event.seconds_left is None or event.done == event.total:
        return ""
    minutes, seconds = divmod(round(event.seconds_left), 60)
    hours, minutes = divmod(minutes, 60)
    left = f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{seconds} s"
    return f"{event.photos_per_s:.0f}/s, {left} left"


@contextmanager
def show_count(words: str) -> Iterator[Callable[[int, int], None]]:
    """Make a callback for done and total that draws a bar; draws nothing into pipes."""
    if not err.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        bar = progress.add_task(words, total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)
