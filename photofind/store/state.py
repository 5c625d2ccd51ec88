"""Single facts about the library as a whole."""

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from photofind.domain import EmbeddingSpace
from photofind.store import schema
from photofind.store.embeddings import space_of

_SERVING_SPACE = "serving_space_id"


def serving_space(connection: sa.Connection) -> tuple[int, EmbeddingSpace] | None:
    """The space that searches use, which may not be the one being filled."""
    table = schema.state
    value = connection.execute(
        sa.select(table.c.value).where(table.c.key == _SERVING_SPACE)
    ).scalar_one_or_none()
    if value is None:
        return None
    return int(value), space_of(connection, int(value))


def set_serving_space(connection: sa.Connection, space_id: int) -> None:
    """Raises `ValueError` for a space that is not in the catalogue."""
    space_of(connection, space_id)
    statement = insert(schema.state).values(key=_SERVING_SPACE, value=str(space_id))
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"value": statement.excluded["value"]}
        )
    )


def remove_space(connection: sa.Connection, space_id: int) -> None:
    """Drops a space and its embeddings; raises `ValueError` for the one that serves."""
    serving = serving_space(connection)
    if serving is not None and serving[0] == space_id:
        raise ValueError(f"space {space_id} serves searches")
    embeddings, spaces = schema.embeddings, schema.spaces
    connection.execute(sa.delete(embeddings).where(embeddings.c.space_id == space_id))
    connection.execute(sa.delete(spaces).where(spaces.c.id == space_id))
