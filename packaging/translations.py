"""Makes what translators work on, and from it what the window reads.

    python packaging/translations.py de            # all texts, old and new, into photofind_de.ts
    python packaging/translations.py de --release  # what is translated, into photofind_de.qm

The files lie in resources/translations; a .ts file is edited with pyside6-linguist. Texts that the
window takes from settings and search models are listed beside those of its own code.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import astuple, fields
from pathlib import Path

from photofind.search_models import WORDS
from photofind.settings import NO_PATTERN, OPEN_BRACKET, Settings, about

REPOSITORY = Path(__file__).parents[1]


def data_texts() -> list[str]:
    """What `photofind.gui.wording.localized` is given."""
    return sorted({text for text in _data_texts() if text})


def _data_texts() -> Iterator[str]:
    for setting in fields(Settings):
        told = about(setting)
        yield from (told.title, told.help, told.group, told.unit, told.zero)
        yield from (told.choices or {}).values()
    yield from (NO_PATTERN, OPEN_BRACKET)
    for words in WORDS.values():
        yield from astuple(words)


def list_texts(target: Path) -> None:
    """Bring a .ts file up to date; what was translated stays."""
    with tempfile.TemporaryDirectory() as folder:
        of_data = Path(folder) / "data.py"
        quoted = [json.dumps(text, ensure_ascii=False) for text in data_texts()]
        lines = [f'translate("photofind", {text})\n' for text in quoted]
        of_data.write_text("".join(lines), "utf-8")
        sources = [of_data, *sorted((REPOSITORY / "photofind" / "gui").rglob("*.py"))]
        _run("lupdate", *sources, "-locations", "none", "-no-obsolete", "-ts", target)


def release(target: Path) -> None:
    _run("lrelease", target, "-qm", target.with_suffix(".qm"))


def _run(tool: str, *arguments: str | Path) -> None:
    program = Path(sys.executable).with_name(f"pyside6-{tool}")
    subprocess.run([program, *arguments], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("language", help="As de, or pt_BR.")
    parser.add_argument("--release", action="store_true")
    default = REPOSITORY / "resources" / "translations"
    parser.add_argument("--folder", type=Path, default=default)
    asked = parser.parse_args()
    target = asked.folder / f"photofind_{asked.language}.ts"
    (release if asked.release else list_texts)(target)


if __name__ == "__main__":
    main()
