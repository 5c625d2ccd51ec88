"""What every benchmark prints: a plain table, and the same figures as JSON."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path


def cores() -> int:
    """Those this process may run on, which `taskset` can make fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine() -> dict[str, str | int]:
    """What a figure depends on; no names of machines or people."""
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "python": platform.python_version(),
        "cores": cores(),
    }


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """The first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in (headings, *rows)) for column in range(len(headings))]
    for row in (headings, *rows):
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join((first.strip().ljust(widths[0]), *others)).rstrip())
    print()


def save_json(path: Path | None, figures: Mapping[str, object]) -> None:
    """Save figures, and the machine they were measured on; without a path nothing."""
    if path is not None:
        document = {"machine": machine(), **figures}
        path.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
