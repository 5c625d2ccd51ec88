"""Every setting, declared once; what asks for settings is made from this."""

import re
import tomllib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from photofind.atomic_files import write_file
from photofind.errors import BadInputError, UserFacingError


class Group(StrEnum):
    """What a setting is about, in the order people are asked."""

    READING = "Reading photos"
    SEARCH = "Search"
    LOOK = "Look"


class Concern(StrEnum):
    """What has to begin again when a setting changes."""

    WINDOW = "window"
    READING = "reading"


class Kind(StrEnum):
    """What a value is, where its type does not say it."""

    PLAIN = "plain"
    SEARCH_MODEL = "search model"


@dataclass(frozen=True, slots=True)
class About:
    """What people are told of a setting, and what they may choose.

    Attributes:
        title: A few words.
        help: A sentence.
        least: Of numbers; they are bounded on both sides.
        choices: Of texts: each value in words. `None` where any text will do.
        unit: Of numbers, as it follows them.
        zero: What the number 0 means, where it means something of its own.
        problem: Of texts: why one cannot be used, with `{text}` in the place of it; empty where it
            can.
        advanced: Whether most people need never see it.
        concern: What a change of it concerns.
    """

    title: str
    help: str
    group: Group
    least: float | None
    most: float | None
    choices: Mapping[str, str] | None
    unit: str
    zero: str
    problem: Callable[[str], str]
    kind: Kind
    advanced: bool
    concern: Concern


def _setting(
    default: Any,
    help_text: str,
    least: float | None = None,
    most: float | None = None,
    choices: Mapping[str, str] | None = None,
    *,
    title: str,
    group: Group = Group.READING,
    unit: str = "",
    zero: str = "",
    problem: Callable[[str], str] = lambda _text: "",
    kind: Kind = Kind.PLAIN,
    advanced: bool = False,
    concern: Concern = Concern.READING,
) -> Any:
    about = About(
        title, help_text, group, least, most, choices, unit, zero, problem, kind, advanced, concern
    )
    return field(default=default, metadata={"about": about})


NO_PATTERN = "‘{text}’ is no pattern; a backslash makes the next character a plain one."
OPEN_BRACKET = "In ‘{text}’ a bracket is opened and never closed."


def ignore_problem(pattern: str) -> str:
    """Why a text is no pattern of gitignore that can match anything; see `About.problem`."""
    # Few settings hold one.
    from pathspec import GitIgnoreSpec

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            parsed = GitIgnoreSpec.from_lines([pattern]).patterns
    except (ValueError, re.error):
        return NO_PATTERN
    matches = any(one.include is not None for one in parsed)
    # What else matches nothing: a blank line, a comment, a slash alone. All three are gitignore's.
    return OPEN_BRACKET if "[" in pattern and not matches and pattern[0] != "#" else ""


@dataclass(frozen=True, slots=True)
class Settings:
    checkpoint: str = _setting(
        "photofind-mini",
        "What looks at your photos and understands your words.",
        title="Search model",
        group=Group.SEARCH,
        kind=Kind.SEARCH_MODEL,
    )
    ignore: tuple[str, ...] = _setting(
        (),
        "Names or paths to leave out: *.png, Scans/, **/cache. As in .gitignore, a pattern after ! "
        "is kept after all.",
        title="Leave out",
        problem=ignore_problem,
    )
    batch_size: int = _setting(
        32,
        "Photos given to the search model at once.",
        1,
        1024,
        title="Photos at once",
        advanced=True,
    )
    threads: int = _setting(
        0,
        "Processor cores to use for reading and for the search model; 0 is all.",
        0,
        256,
        title="Processor cores",
        zero="All",
    )
    thumbnail_px: int = _setting(
        384,
        "Longest side of a thumbnail, pixels.",
        64,
        2048,
        title="Thumbnail size",
        unit="px",
        advanced=True,
    )
    max_megapixels: int = _setting(
        400,
        "Larger pictures are refused before decoding.",
        1,
        2000,
        title="Largest picture",
        unit="megapixels",
        advanced=True,
    )
    max_file_mb: int = _setting(
        1024,
        "Larger files are refused before reading.",
        1,
        16384,
        title="Largest file",
        unit="MB",
        advanced=True,
    )
    max_memory_mb: int = _setting(
        4096,
        "Memory that reading photos may take, beyond what the search model itself needs; a photo "
        "that needs more counts as unreadable. Works on Linux only.",
        256,
        1_048_576,
        title="Memory for reading",
        unit="MB",
        advanced=True,
    )
    reconcile_minutes: int = _setting(
        10,
        "While watching, how often all folders are compared whatever was reported.",
        1,
        1440,
        title="Compare all folders every",
        unit="min",
        advanced=True,
    )
    vector_index: str = _setting(
        "auto",
        "How a search goes through the photos; a graph is quicker where there are very many.",
        choices={
            "auto": "Whichever suits the library",
            "exact": "With every photo",
            "hnsw": "Along a graph, for very large libraries",
        },
        title="Comparing photos",
        group=Group.SEARCH,
        advanced=True,
    )
    offline_missing_share: float = _setting(
        0.9,
        "A folder that lost more than this share of its photos at once counts as disconnected.",
        0.0,
        1.0,
        title="Share missing when disconnected",
        advanced=True,
    )
    forget_gone_days: int = _setting(
        365,
        "After how many days photos whose files are gone are forgotten, with their thumbnails; "
        "photos you tagged are always kept.",
        0,
        36500,
        title="Forget gone photos after",
        unit="days",
        zero="Never",
        advanced=True,
    )
    theme: str = _setting(
        "system",
        "The colours of the window.",
        choices={"system": "As the system", "light": "Light", "dark": "Dark"},
        title="Theme",
        group=Group.LOOK,
        concern=Concern.WINDOW,
    )


def about(setting: "Field[Any]") -> About:
    """Return the metadata of one of `fields(Settings)`: titles, help and bounds."""
    found: About = setting.metadata["about"]
    return found


def concerned(before: Settings, after: Settings) -> set[Concern]:
    """Return what the settings that differ concern."""
    return {about(setting).concern for setting in _differing(before, after)}


def load_settings(path: Path) -> Settings:
    """Load settings from a TOML file; absent ones have their defaults."""
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
    """Write one setting and leave the rest of the file, comments too, as it is.

    Raises:
        UserFacingError: The file cannot be written.
    """
    _write(path, {name: value})


def save_settings(path: Path, settings: Settings) -> None:
    """Write the settings that differ from the file's, and leave the rest of it as it is.

    Raises:
        BadInputError: The file cannot be read as it is.
        UserFacingError: It cannot be written.
    """
    changed = _differing(load_settings(path), settings)
    if changed:
        _write(path, {setting.name: getattr(settings, setting.name) for setting in changed})


def _differing(before: Settings, after: Settings) -> "list[Field[Any]]":
    return [
        setting
        for setting in fields(Settings)
        if getattr(before, setting.name) != getattr(after, setting.name)
    ]


def _write(path: Path, values: Mapping[str, Any]) -> None:
    known = {setting.name: setting for setting in fields(Settings)}
    for name, value in values.items():
        _valid(known[name], list(value) if isinstance(value, tuple) else value, path)
    # Reading needs less.
    import tomlkit

    document = tomlkit.parse(path.read_text("utf-8")) if path.is_file() else tomlkit.document()
    for name, value in values.items():
        document[name] = list(value) if isinstance(value, tuple) else value
    try:
        write_file(path, tomlkit.dumps(document).encode(), durable=True)
    except OSError as error:
        raise UserFacingError(
            f"The settings cannot be saved: {error.strerror}.",
            f"See that the disk of {path.parent} has room and can be written, and try again.",
        ) from error


def _valid(setting: "Field[Any]", value: object, path: Path) -> object:
    if isinstance(setting.default, tuple):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            for item in value:
                _refuse_problem(setting, item, path)
            return tuple(value)
        raise _wrong(setting, value, path, "a list of texts")
    if isinstance(setting.default, str):
        choices = about(setting).choices
        if isinstance(value, str) and (choices is None or value in choices):
            return value
        raise _wrong(setting, value, path, f"one of {', '.join(choices)}" if choices else "a text")
    kinds = (int, float) if isinstance(setting.default, float) else (int,)
    least, most = about(setting).least, about(setting).most
    assert least is not None
    assert most is not None
    if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
        raise _wrong(setting, value, path, f"a number from {least} to {most}")
    return value


def _refuse_problem(setting: "Field[Any]", text: str, path: Path) -> None:
    problem = about(setting).problem(text)
    if problem:
        raise BadInputError(
            f"{path}: '{setting.name}': {problem.format(text=text)}", about(setting).help
        )


def _wrong(setting: "Field[Any]", value: object, path: Path, expected: str) -> BadInputError:
    return BadInputError(
        f"{path}: '{setting.name}' is {value!r}, expected {expected}.", about(setting).help
    )
