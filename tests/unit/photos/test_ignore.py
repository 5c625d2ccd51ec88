"""Patterns of what is left out, held against git itself."""

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from photofind.domain import FoundFile
from photofind.photos.ignore import IgnoreRules
from photofind.photos.scan import scan

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

PIECES = ("a", "b", "ab", "*", "**", "x.jpg", "*.png", "?", "[ab]", "a*", "[!a]")
TREES = 60


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def found(root: Path, *patterns: str) -> set[str]:
    items = list(scan(root, ignore=IgnoreRules(root, patterns)))
    assert all(isinstance(item, FoundFile) for item in items), items
    return {item.path.relative_to(root).as_posix() for item in items}


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (("**/cache",), {"a.jpg", "x/a.jpg", "x/y/b.jpg"}),
        (("x/**", "!x/a.jpg"), {"a.jpg", "cache/c.jpg", "x/a.jpg"}),
        (("x/", "!x/a.jpg"), {"a.jpg", "cache/c.jpg"}),
        (("*.jpg", "!/a.jpg"), {"a.jpg"}),
        (("*.jpg", "!x/"), set()),
        (("cache", "!x/"), {"a.jpg", "x/a.jpg", "x/y/b.jpg"}),
        (("/x/*", "!/x/y/"), {"a.jpg", "cache/c.jpg", "x/y/b.jpg", "x/y/cache/d.jpg"}),
        (("x/**/b.jpg",), {"a.jpg", "cache/c.jpg", "x/a.jpg", "x/y/cache/d.jpg"}),
        (("# x/", "", r"\a.jpg"), {"cache/c.jpg", "x/y/b.jpg", "x/y/cache/d.jpg"}),
    ],
)
def test_that_patterns_mean_what_they_mean_in_gitignore(
    tmp_path: Path, patterns: tuple[str, ...], left: set[str]
) -> None:
    make(tmp_path, "a.jpg", "cache/c.jpg", "x/a.jpg", "x/y/b.jpg", "x/y/cache/d.jpg")
    assert found(tmp_path, *patterns) == left


@needs_git
def test_that_exactly_what_git_ignores_is_left_out(tmp_path: Path) -> None:
    ignored = 0
    for seed in range(TREES):
        root, patterns = _tree(tmp_path / f"{seed}", random.Random(seed))
        kept = _kept_by_git(root, patterns)
        assert found(root, *patterns) == kept, (seed, patterns)
        ignored += len(_files(root) - kept)
    assert ignored > TREES


def _tree(root: Path, chance: random.Random) -> tuple[Path, list[str]]:
    for _ in range(12):
        folders = [chance.choice(("a", "b", "ab")) for _ in range(chance.randrange(4))]
        make(root, "/".join([*folders, chance.choice(("x.jpg", "y.png", "c.gif"))]))
    return root, [_pattern(chance) for _ in range(chance.randrange(1, 5))]


def _pattern(chance: random.Random) -> str:
    def sometimes(text: str) -> str:
        return text if chance.random() < 0.3 else ""

    parts = "/".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 4)))
    return f"{sometimes('!')}{sometimes('/')}{parts}{sometimes('/')}"


def _files(root: Path) -> set[str]:
    paths = (path for path in root.rglob("*") if path.is_file())
    names = {path.relative_to(root).as_posix() for path in paths}
    return {name for name in names if not name.startswith(".git/")}


def _kept_by_git(root: Path, patterns: list[str]) -> set[str]:
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "exclude").write_text("\n".join(patterns) + "\n")
    listed = git("ls-files", "--others", "--exclude-from", ".git/info/exclude")
    return set(listed.splitlines())


def test_that_an_ignored_folder_is_not_even_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "x/y/a.jpg", "z/b.jpg")
    listed: list[Path] = []
    monkeypatch.setattr("photofind.photos.scan.os.scandir", _noted(listed))

    assert found(tmp_path, "x/", "!x/y/a.jpg") == {"z/b.jpg"}

    assert {path.name for path in listed} == {tmp_path.name, "z"}


def _noted(listed: list[Path]) -> Callable[[str], object]:
    list_folder = os.scandir

    def noting(path: str) -> object:
        listed.append(Path(path))
        return list_folder(path)

    return noting
