"""Many values in or out of one statement: batches of bound values, sets of ids, whole columns.

Columns are aggregated into JSON by SQLite, in the statement's order: four times as fast as rows
through SQLAlchemy.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

Item = TypeVar("Item")

BOUND_VARIABLES = 500
"""Well below 999, the limit of the oldest SQLite in use."""


def in_batches(items: Sequence[Item], size: int = BOUND_VARIABLES) -> Iterator[Sequence[Item]]:
    """Yield the items in batches that fit into one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def among_ids(ids: NDArray[np.int64]) -> sa.Select[tuple[int]]:
    """Make a subquery for `in_` of any number of ids, passed as one bound value."""
    each = sa.func.json_each(sa.literal(json.dumps(ids.tolist()))).table_valued("value")
    return sa.select(each.c.value)


def columns(connection: sa.Connection, statement: sa.Select[Any]) -> list[list[Any]]:
    """Read every column of integers or texts, in the statement's order."""
    rows = statement.subquery()
    joined = connection.execute(
        sa.select(*(sa.func.json_group_array(column) for column in rows.c))
    ).one()
    return [json.loads(text) for text in joined]


def number_columns(connection: sa.Connection, statement: sa.Select[Any]) -> list[NDArray[np.int64]]:
    """Read every column of integers as an (N,) int64 array, in the statement's order."""
    return [np.array(column, np.int64) for column in columns(connection, statement)]
