"""Suggestions of tags for a whole library, and how far they follow its photos."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from photofind.domain import PhotoId
from photofind.store import changes, derived, state, tags
from photofind.store.changes import ChangeKind
from photofind.store.database import Database
from photofind.store.derived import ProducerVersion
from photofind.store.tags import Suggestion

FOLLOWER = "tags"

_BASIS = "tags_basis"
_FOLLOWED = (ChangeKind.EMBEDDING,)


class SqliteSuggestions:
    """Implements `catalogue.SuggestionRepository`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def basis(self) -> str | None:
        with self._database.reading() as connection:
            return state.read_fact(connection, _BASIS)

    def begin(self, producer: ProducerVersion, basis: str, seq: int) -> None:
        with self._database.writing() as connection:
            derived.set_current(connection, [producer])
            state.write_fact(connection, _BASIS, basis)
            changes.set_followed(connection, FOLLOWER, seq)

    def changed(self, space_id: int) -> tuple[int | None, NDArray[np.int64] | None]:
        with self._database.reading() as connection:
            followed = changes.followed(connection, FOLLOWER)
            if followed is None:
                return None, None
            found = changes.changes_since(connection, followed, _FOLLOWED, space_id)
        return followed, None if found is None else found.of(*_FOLLOWED)

    def unseen(
        self, producer: ProducerVersion, there: NDArray[np.int64], changed: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        with self._database.reading() as connection:
            done_before = derived.progress(connection, producer).done
            done_of_changed = derived.done_among(connection, producer, changed.tolist())
            # Equal numbers are equal photos.
            if done_before + len(changed) - len(done_of_changed) == len(there):
                return np.empty(0, np.int64)
            done = derived.done_photos(connection, producer)
        return np.setdiff1d(there, done)

    def suggest(
        self,
        producer: ProducerVersion,
        space_id: int,
        photo_ids: Sequence[PhotoId],
        suggestions: Iterable[Suggestion],
    ) -> int:
        with self._database.writing() as connection:
            suggested = tags.suggest(connection, space_id, photo_ids, suggestions)
            derived.mark_done(connection, producer, photo_ids)
        return suggested

    def follow(self, producer: ProducerVersion, seq: int, left: Sequence[PhotoId]) -> None:
        with self._database.writing() as connection:
            derived.forget(connection, producer, left)
            changes.set_followed(connection, FOLLOWER, seq)
