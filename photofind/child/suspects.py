"""Which files killed the child, and how often.

[Note: suspects]
Whatever files the child was at when it died are suspects. They are sent again one suspect at a
time, and only a death that no other file can have caused counts against a file. So a picture in
the viewer that crashes the child costs the files being indexed some time, and never their place.
No file is to blame for a disk that does not answer.
"""

import logging
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from photofind.child.messages import OneFileRequest, ReadFiles
from photofind.child.process import ChildDiedError
from photofind.domain import FoundFile
from photofind.photos.read import read_beginning
from photofind.photos.scanner import DISK_ANSWERS_S, RootScanner

FATAL = 2
"""Times a file may kill the child before it is left alone."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A file as it is now, and what is done with it; another size or time, another suspect."""

    kind: type
    path: Path
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, of: FoundFile | OneFileRequest) -> "Suspect":
        """Look at the file of a request, which a disk without an answer may hold up for ever."""
        if isinstance(of, FoundFile):
            return cls(ReadFiles, of.path, of.stat.size, of.stat.mtime_ns)
        try:
            status = of.path.stat()
        except OSError:
            return cls(type(of), of.path, 0, 0)
        return cls(type(of), of.path, status.st_size, status.st_mtime_ns)


class Suspects:
    """Counts deaths; any thread may.

    Attributes:
        one_at_a_time: Hold it while a suspect is tried again.
    """

    def __init__(self) -> None:
        self.one_at_a_time = threading.Lock()
        self._deaths: Counter[Suspect] = Counter()
        self._disks = RootScanner(silence_s=DISK_ANSWERS_S)

    def note_death(self, of: FoundFile | OneFileRequest, death: ChildDiedError) -> None:
        """Count a death against a file, if no other and no disk can have caused it."""
        if not death.alone or not self.disk_answers(of.path):
            return
        suspect = Suspect.of(of)
        self._deaths[suspect] += 1
        if self._deaths[suspect] >= FATAL:
            _log.warning(
                "A file of %d bytes killed the child process %d times and is left out (%s)",
                suspect.size,
                FATAL,
                suspect.kind.__name__,
            )
            _log.debug("The file that is left out: %s", suspect.path)

    def disk_answers(self, path: Path) -> bool:
        """Return whether a file's disk answers a request for its bytes; hold `one_at_a_time`."""
        return self._disks.answers(path.parent, lambda: read_beginning(path))

    def is_fatal(self, of: FoundFile | OneFileRequest) -> bool:
        """Tell whether a file is to be left alone; looks only at one that killed a child before."""
        if not any(suspect.path == of.path for suspect in self._deaths):
            return False
        return self._deaths[Suspect.of(of)] >= FATAL
