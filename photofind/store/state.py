"""Single facts about the whole library."""

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from photofind.domain import EmbeddingSpace
from photofind.store import schema
from photofind.store.embeddings import space_of

_SERVING_SPACE = "serving_space_id"


def serving_space(connection: sa.Connection) -> tuple[int, EmbeddingSpace] | None:
    """Return the space that searches use; it may not be the one being filled."""
    value = read_fact(connection, _SERVING_SPACE)
    if value is None:
        return None
    return int(value), space_of(connection, int(value))


def set_serving_space(connection: sa.Connection, space_id: int) -> None:
    """Switch searches to a space; raises `ValueError` if it is not in the catalogue."""
    space_of(connection, space_id)
    write_fact(connection, _SERVING_SPACE, str(space_id))


def read_fact(connection: sa.Connection, key: str) -> str | None:
    table = schema.state
    return connection.execute(
        sa.select(table.c.value).where(table.c.key == key)
    ).scalar_one_or_none()


def write_fact(connection: sa.Connection, key: str, value: str) -> None:
    statement = insert(schema.state).values(key=key, value=value)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"value": statement.excluded["value"]}
        )
    )
