"""Tells queries that begin with a minus from options: `photofind search "-type:png a dog"`."""

import re
from typing import Any

import typer
from typer.core import TyperCommand
from typing_extensions import override

_SEVERAL_WORDS = re.compile(r"-[^\s=]*\s")
_WORD = re.compile(r"-[^-\s].+")


class QueryCommand(TyperCommand):
    """A command whose argument may begin with a minus.

    Several words are never options. A single word, also a filter, is one if it is a known letter
    with a number (`-n5`), and a mistake if it is the name of an option short of a minus (`-json`).
    """

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        options = _Options(self.get_params(ctx))
        queries: list[str] = []
        others: list[str] = []
        left = iter(args)
        for argument in left:
            if argument == "--":
                queries.extend(left)
            elif options.is_query(argument):
                queries.append(argument)
            else:
                others.append(argument)
                if argument in options.with_value:
                    others.extend(value for value in [next(left, None)] if value is not None)
        return super().parse_args(ctx, [*others, "--", *queries] if queries else others)


class _Options:
    """The names of a command's options.

    Attributes:
        with_value: Those that the next argument belongs to.
    """

    def __init__(self, parameters: list[Any]) -> None:
        options = [one for one in parameters if one.param_type_name == "option"]
        self._names = {name for one in options for name in one.opts}
        self.with_value = {name for one in options if not one.is_flag for name in one.opts}

    def is_query(self, argument: str) -> bool:
        """Return whether an argument is a query; raises `BadParameter` for a misspelt option."""
        if _SEVERAL_WORDS.match(argument):
            return True
        if not _WORD.fullmatch(argument):
            return False
        if argument[:2] in self.with_value and not argument[2].isalpha():
            return False
        meant = f"-{argument.partition('=')[0]}"
        if meant in self._names:
            raise typer.BadParameter(f"there is no option {meant[1:]}; did you mean {meant}?")
        return True
