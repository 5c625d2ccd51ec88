import pytest
import sqlalchemy as sa

from photofind.domain import EmbeddingSpace
from photofind.store import embeddings, state

from .samples import SPACE


def test_that_a_new_library_serves_no_space(connection: sa.Connection) -> None:
    assert state.serving_space(connection) is None


def test_that_the_serving_space_can_be_switched(connection: sa.Connection) -> None:
    for space in (SPACE, EmbeddingSpace("other", "cd", 3, 16)):
        row = embeddings.space_id(connection, space, create=True)
        state.set_serving_space(connection, row)
        assert state.serving_space(connection) == (row, space)


def test_that_an_unknown_space_cannot_serve(connection: sa.Connection) -> None:
    with pytest.raises(ValueError, match="no embedding space 3"):
        state.set_serving_space(connection, 3)
    assert state.serving_space(connection) is None
