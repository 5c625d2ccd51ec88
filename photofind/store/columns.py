"""Whole columns at once, for statements with a row for each photo.

SQLite puts a column together as JSON, and keeps the statement's order in it: four times as fast as
rows through SQLAlchemy.
"""

import json
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray


def among_ids(ids: NDArray[np.int64]) -> sa.Select[tuple[int]]:
    """What a column of ids can be `in_`: any number of them, as one value of the statement."""
    each = sa.func.json_each(sa.literal(json.dumps(ids.tolist()))).table_valued("value")
    return sa.select(each.c.value)


def columns(connection: sa.Connection, statement: sa.Select[Any]) -> list[list[Any]]:
    """Every column of whole numbers or texts, in the statement's order."""
    rows = statement.subquery()
    joined = connection.execute(
        sa.select(*(sa.func.json_group_array(column) for column in rows.c))
    ).one()
    return [json.loads(text) for text in joined]


def number_columns(connection: sa.Connection, statement: sa.Select[Any]) -> list[NDArray[np.int64]]:
    """Every column of whole numbers as an array, in the statement's order."""
    return [np.array(column, np.int64) for column in columns(connection, statement)]
