"""`photofind` and `python -m photofind`: a command, or the window."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from photofind.cli import COMMANDS
from photofind.paths import default_library_folder


@dataclass(frozen=True, slots=True)
class WindowAsked:
    """How the window is to be opened.

    Attributes:
        picture: To be searched with at once.
    """

    library: Path
    picture: Path | None
    verbose: bool = False


def main() -> None:
    arguments = sys.argv[1:]
    asked = window_asked(arguments)
    if asked is None:
        # Neither of the two needs what the other does.
        from photofind.cli.app import run

        sys.exit(run(arguments))
    # Qt is imported for the window alone: every command works without a display.
    try:
        from photofind.gui.app import run as open_window
    except ImportError as error:
        # A bare Linux lacks what Qt is linked with; the error names the file.
        sys.exit(
            f"The window cannot be opened: {error}\nOn Debian and Ubuntu: "
            "apt install libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1"
        )
    sys.exit(open_window(asked.library, asked.picture, verbose=asked.verbose))


def window_asked(arguments: Sequence[str]) -> WindowAsked | None:
    """Parse what the window is to show; `None` where a command is meant.

    `photofind`, `photofind PICTURE`, and both after `--verbose` and `--library DIR`; a picture is a
    file that is there and is not called like a command.
    """
    rest = list(arguments)
    verbose = rest[:1] == ["--verbose"]
    if verbose:
        del rest[0]
    library = default_library_folder()
    if len(rest) >= 2 and rest[0] == "--library":
        library = Path(rest[1])
        del rest[:2]
    elif rest and rest[0].startswith("--library="):
        library = Path(rest.pop(0).removeprefix("--library="))
    match rest:
        case []:
            return WindowAsked(library, None, verbose)
        case [only] if only not in COMMANDS and not only.startswith("-") and Path(only).is_file():
            return WindowAsked(library, Path(only), verbose)
        case _:
            return None


if __name__ == "__main__":
    main()
