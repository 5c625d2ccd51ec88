"""Reads the files given by `--batch`."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TextIO

from photofind.errors import BadInputError


def batch_lines(batch: Path) -> Iterator[str]:
    """Yield lines as they arrive, '-' is stdin; raises `BadInputError` for a binary file."""
    try:
        with _opened(batch) as lines:
            for line in lines:
                yield line.rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{batch} cannot be read ({error}).", "Check the file.") from error


def _opened(batch: Path) -> AbstractContextManager[TextIO]:
    return nullcontext(sys.stdin) if str(batch) == "-" else batch.open(encoding="utf-8-sig")
