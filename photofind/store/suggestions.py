"""Suggestions of tags: their rows, and how far those follow the photos of a library."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from photofind.domain import PhotoId
from photofind.store import changes, derived, schema, state
from photofind.store.bulk import in_batches
from photofind.store.changes import ChangeKind
from photofind.store.database import Database
from photofind.store.derived import ProducerVersion
from photofind.store.tags import (
    ZERO_SHOT,
    Suggestion,
    TagState,
    delete_rows,
    ensure_tag,
    now_text,
    upsert_rows,
)

FOLLOWER = "tags"

SAME_SCORE = 0.05
"""Spreads, see [Note: standing out] in tagging/tagger.py; no order of suggestions rests on less."""

_on = schema.photo_tags

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
            suggested = replace_suggestions(connection, space_id, photo_ids, suggestions)
            derived.mark_done(connection, producer, photo_ids)
        return suggested

    def follow(self, producer: ProducerVersion, seq: int, left: Sequence[PhotoId]) -> None:
        with self._database.writing() as connection:
            derived.forget(connection, producer, left)
            changes.set_followed(connection, FOLLOWER, seq)


def replace_suggestions(
    connection: sa.Connection,
    space_id: int,
    photo_ids: Sequence[PhotoId],
    suggestions: Iterable[Suggestion],
) -> int:
    """Replace all zero-shot suggestions of some photos, whatever space they came from.

    What a person decided about a tag stays: a confirmed one is not touched, and a rejected one is
    not suggested again. Only what differs is written: of a library whose suggestions are made
    again, nearly nothing. A score that moved by less than `SAME_SCORE` stays as it was.

    Args:
        connection: In a writing transaction.
        space_id: What the scores were measured in.
        photo_ids: All photos that were classified, those without a suggestion included.
        suggestions: Of these photos.

    Returns:
        How many suggestions of these photos there are now.
    """
    wanted = {
        (row["photo_id"], row["tag_id"]): row
        for row in _suggested_rows(connection, space_id, suggestions)
    }
    gone: list[dict[str, int]] = []
    unchanged = 0
    for batch in in_batches(photo_ids):
        known = sa.select(
            _on.c.photo_id, _on.c.tag_id, _on.c.state, _on.c.source, _on.c.score, _on.c.space_id
        ).where(_on.c.photo_id.in_(batch))
        for photo_id, tag_id, tag_state, source, score, space in connection.execute(known):
            new = wanted.get((photo_id, tag_id))
            if tag_state != TagState.SUGGESTED or source != ZERO_SHOT:
                wanted.pop((photo_id, tag_id), None)
            elif new is None:
                gone.append({"photo": photo_id, "tag": tag_id})
            elif space == space_id and abs(float(new["score"]) - score) < SAME_SCORE:
                unchanged += 1
                del wanted[photo_id, tag_id]
    delete_rows(connection, gone)
    for rows in in_batches(list(wanted.values()), 10_000):
        upsert_rows(connection, rows)
    return unchanged + len(wanted)


def _suggested_rows(
    connection: sa.Connection, space_id: int, suggestions: Iterable[Suggestion]
) -> Iterator[dict[str, Any]]:
    now = now_text()
    ids: dict[str, int] = {}
    for item in suggestions:
        if item.name not in ids:
            ids[item.name] = ensure_tag(connection, item.name)
        yield {
            "photo_id": int(item.photo_id),
            "tag_id": ids[item.name],
            "state": TagState.SUGGESTED.value,
            "source": ZERO_SHOT,
            "score": float(item.score),
            "space_id": space_id,
            "changed_at": now,
        }
