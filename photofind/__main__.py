"""`photofind` and `python -m photofind`."""

import sys

from photofind.cli import run


def main() -> None:
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
