"""Every setting, declared once; what asks for settings is made from this."""

import tomllib
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import tomlkit

from photofind.errors import BadInputError


def _setting(
    default: Any,
    help_text: str,
    least: float | None = None,
    most: float | None = None,
    choices: tuple[str, ...] | None = None,
) -> Any:
    metadata = {"help": help_text, "least": least, "most": most, "choices": choices}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    checkpoint: str = _setting("photofind-mini", "The search model to embed photos with.")
    ignore: tuple[str, ...] = _setting(
        (), "Names or paths to leave out when folders are scanned, with * and ? as wildcards."
    )
    batch_size: int = _setting(32, "Photos given to the image encoder at once.", 1, 1024)
    threads: int = _setting(
        0, "Processor cores to use for reading and for the search model; 0 is all.", 0, 256
    )
    thumbnail_px: int = _setting(384, "Longest side of a thumbnail, pixels.", 64, 2048)
    max_megapixels: int = _setting(400, "Larger pictures are refused before decoding.", 1, 2000)
    max_file_mb: int = _setting(1024, "Larger files are refused before reading.", 1, 16384)
    reconcile_minutes: int = _setting(
        10, "While watching, how often all folders are compared whatever was reported.", 1, 1440
    )
    vector_index: str = _setting(
        "auto",
        "How photos are compared with a query: all of them (exact), along a graph that large "
        "libraries need (hnsw), or whichever suits the library (auto).",
        choices=("auto", "exact", "hnsw"),
    )
    offline_missing_share: float = _setting(
        0.9,
        "A folder that lost more than this share of its photos at once counts as disconnected.",
        0.0,
        1.0,
    )


def load_settings(path: Path) -> Settings:
    """The settings written in a TOML file; defaults where it is silent or absent."""
    try:
        written = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        raise BadInputError(
            f"The settings in {path} cannot be read: {error}", "Mend the file, or delete it."
        ) from error
    known = {setting.name: setting for setting in fields(Settings)}
    for name in written:
        if name not in known:
            raise BadInputError(
                f"{path} has a setting '{name}' that photofind does not know.",
                f"It knows: {', '.join(known)}.",
            )
    values: dict[str, Any] = {
        name: _valid(known[name], value, path) for name, value in written.items()
    }
    return replace(Settings(), **values)


def save_setting(path: Path, name: str, value: str | int | float) -> None:
    """Writes one setting and leaves the rest of the file, comments too, as it is."""
    document = tomlkit.parse(path.read_text("utf-8")) if path.is_file() else tomlkit.document()
    document[name] = value
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(tomlkit.dumps(document), "utf-8")
    partial.replace(path)


def _valid(setting: "Field[Any]", value: object, path: Path) -> object:
    if isinstance(setting.default, tuple):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise _wrong(setting, value, path, "a list of texts")
    if isinstance(setting.default, str):
        choices = setting.metadata["choices"]
        if isinstance(value, str) and (choices is None or value in choices):
            return value
        raise _wrong(setting, value, path, f"one of {', '.join(choices)}" if choices else "a text")
    kinds = (int, float) if isinstance(setting.default, float) else (int,)
    least, most = setting.metadata["least"], setting.metadata["most"]
    if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
        raise _wrong(setting, value, path, f"a number from {least} to {most}")
    return value


def _wrong(setting: "Field[Any]", value: object, path: Path, expected: str) -> BadInputError:
    return BadInputError(
        f"{path}: '{setting.name}' is {value!r}, expected {expected}.", setting.metadata["help"]
    )
