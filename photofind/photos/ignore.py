"""Ignore patterns: gitignore's syntax, with git's semantics.

A pattern with a slash before its end is tied to the root, others hold at any depth; a trailing
slash means folders only; `**` stands for any folders; `!` takes back what an earlier pattern left
out, and the last pattern that matches decides. Nothing below an ignored folder can be re-included:
it is never entered.
"""

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec
from pathspec.pattern import RegexPattern


class IgnoreRules:
    """The ignore patterns, compiled for one root.

    Raises:
        ValueError: A pattern is invalid; `settings.ignore_problem` checks it beforehand.
    """

    def __init__(self, root: Path, patterns: Sequence[str]) -> None:
        self._prefix = len(os.path.join(root, ""))  # noqa: PTH118 - strings, for speed
        self._rules = [rule for line in patterns for rule in _rules(line)]
        self._rules.reverse()

    def matches(self, path: str, *, is_folder: bool) -> bool:
        """Return whether a path below the root is ignored, given that its folder is not."""
        if not self._rules:
            return False
        below = path[self._prefix :].replace(os.sep, "/")
        return next((rule.ignores for rule in self._rules if rule.matches(below, is_folder)), False)


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: RegexPattern
    folders_only: bool

    @property
    def ignores(self) -> bool:
        return bool(self.pattern.include)

    def matches(self, path: str, is_folder: bool) -> bool:
        if self.folders_only and not is_folder:
            return False
        found = self.pattern.match_file(path)
        # pathspec's one group marks the slash behind a folder that matched: the path's own name
        # has to match, not that of a folder it is in, which is decided already.
        return found is not None and (
            found.match.lastgroup is None or found.match.end() == len(path)
        )


def _rules(line: str) -> list[_Rule]:
    """Compile one pattern; none for blank lines and comments."""
    stripped = line.rstrip("/")
    with warnings.catch_warnings():
        # Of sets such as `[[]`, which Python may read in another way one day.
        warnings.simplefilter("ignore", FutureWarning)
        patterns = GitIgnoreSpec.from_lines([stripped]).patterns
    return [
        _Rule(pattern, folders_only=stripped != line)
        for pattern in patterns
        if isinstance(pattern, RegexPattern) and pattern.include is not None
    ]
