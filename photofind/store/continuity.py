"""Offers to move a person's tags to a similar photo, orphaned tags, and what became of the rest."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from photofind.domain import Embeddings, PhotoId
from photofind.errors import BadInputError
from photofind.store import photos, schema, successions, tags
from photofind.store.database import Database
from photofind.store.lookalikes import Candidate, Lookalikes, lookalikes, set_compared
from photofind.store.successions import OFFERED, Succession, Verdict
from photofind.store.tags import PriorTag, TagState

_former = schema.former_paths
_photos = schema.photos
_successions = schema.successions
_tags = schema.photo_tags


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer to move tags between two photos that look like the same one.

    Attributes:
        former_path: Where the photo with the tags lay last.
        path: Of the photo that may be the same.
        verdict: `REPLACED` where it took the former's place, `SIMILAR` elsewhere.
        cosine: Of their embeddings; `None` where they could not be compared.
        tags: What the person said the former photo has.
    """

    id: int
    former_photo: PhotoId
    former_path: Path | None
    photo: PhotoId
    path: Path
    verdict: Verdict
    cosine: float | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Orphan:
    """A photo with a person's tags that no file leads to.

    Attributes:
        path: Where it lay last.
        gone_at: UTC, ISO 8601.
    """

    photo: PhotoId
    path: Path | None
    gone_at: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """What a photo is to the tagged one that it took the place of.

    Attributes:
        happened_at: UTC, ISO 8601; empty where nobody knows any more.
    """

    verdict: Verdict
    happened_at: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An offer that was accepted or declined.

    Attributes:
        before: What it was offered as.
        was: What `tags.restore` takes.
    """

    offer_id: int
    before: Verdict
    was: tuple[PriorTag, ...]


class SqliteContinuity:
    """Implements `catalogue.ContinuityRepository`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def offers(self) -> list[Offer]:
        with self._database.reading() as connection:
            rows = connection.execute(_open_offers()).all()
            former = [PhotoId(row.old_photo_id) for row in rows]
            paths = photos.paths_of(connection, [PhotoId(row.new_photo_id) for row in rows])
            names, lay = (
                _names(connection, former),
                dict(successions.former_paths(connection, former)),
            )
        return [_offer(row, paths, names, lay) for row in rows if row.new_photo_id in paths]

    def orphans(self) -> list[Orphan]:
        with self._database.reading() as connection:
            rows = connection.execute(
                sa.select(_photos.c.id, _photos.c.gone_at)
                .where(_is_orphan())
                .order_by(_photos.c.gone_at.desc(), _photos.c.id.desc())
            ).all()
            ids = [PhotoId(row.id) for row in rows]
            names = _names(connection, ids)
            lay = dict(successions.former_paths(connection, ids))
        return [
            Orphan(photo_id, lay.get(photo_id), row.gone_at, names[photo_id])
            for photo_id, row in zip(ids, rows, strict=True)
        ]

    def counts(self) -> tuple[int, int]:
        with self._database.reading() as connection:
            offers = sa.select(sa.func.count()).select_from(_open_offers().subquery())
            orphans = sa.select(sa.func.count()).select_from(_photos).where(_is_orphan())
            return connection.scalar(offers) or 0, connection.scalar(orphans) or 0

    def accept(self, offer_id: int) -> Answered:
        return self._answer(offer_id, Verdict.ACCEPTED)

    def decline(self, offer_id: int) -> Answered:
        return self._answer(offer_id, Verdict.DECLINED)

    def undecided(self, space: int) -> list[Succession]:
        with self._database.reading() as connection:
            return successions.undecided(connection, space)

    def settle(self, verdicts: Sequence[tuple[Succession, Verdict | None]]) -> None:
        with self._database.writing() as connection:
            for succession, verdict in verdicts:
                if verdict is None:
                    successions.forget(connection, succession.id)
                else:
                    successions.settle(connection, succession.id, verdict, succession.cosine)

    def sample(self, space: int, size: int) -> Embeddings:
        with self._database.reading() as connection:
            return successions.sample_vectors(connection, space, size)

    def lookalikes(self, space: int) -> Lookalikes:
        with self._database.reading() as connection:
            return lookalikes(connection, space)

    def offer(self, similar: Sequence[tuple[Candidate, Candidate, float]]) -> None:
        with self._database.writing() as connection:
            for gone, here, cosine in similar:
                path = here.paths[0]
                successions.record(
                    connection, gone.photo, here.photo, path, Verdict.SIMILAR, cosine=cosine
                )
            set_compared(connection)
            successions.prune(connection)

    def take_back(self, answered: Answered) -> None:
        with self._database.writing() as connection:
            tags.restore(connection, answered.was)
            successions.settle(connection, answered.offer_id, answered.before)

    def _answer(self, offer_id: int, verdict: Verdict) -> Answered:
        with self._database.writing() as connection:
            still_open = _open_offers().where(_successions.c.id == offer_id)
            row = connection.execute(still_open).first()
            if row is None:
                raise BadInputError(
                    f"There is no offer {offer_id}, or it was answered before.",
                    "See what is offered: photofind tags --orphaned",
                )
            was = successions.settle(connection, offer_id, verdict)
        return Answered(offer_id, Verdict(row.verdict), was)


def followed(connection: sa.Connection, photo_id: PhotoId, path: Path) -> Followed | None:
    """Return what a photo at a path followed last; `None` where that is nothing, or undecided."""
    statement = (
        sa.select(_successions.c.verdict, _successions.c.happened_at)
        .where(
            _successions.c.new_photo_id == photo_id,
            _successions.c.path == os.fsencode(path),
            _successions.c.verdict != Verdict.UNDECIDED,
        )
        .order_by(_successions.c.happened_at.desc(), _successions.c.id.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    return None if row is None else Followed(Verdict(row.verdict), row.happened_at)


def _open_offers() -> sa.Select[Any]:
    old, new = _photos.alias("old"), _photos.alias("new")
    return (
        sa.select(_successions)
        .join(old, old.c.id == _successions.c.old_photo_id)
        .join(new, new.c.id == _successions.c.new_photo_id)
        .where(
            _successions.c.verdict.in_(OFFERED),
            old.c.file_count == 0,
            new.c.file_count > 0,
            _is_tagged(_successions.c.old_photo_id),
            successions.unresolved(_successions.c.old_photo_id),
        )
        .order_by(_successions.c.cosine.desc().nulls_last(), _successions.c.id)
    )


def _is_orphan() -> sa.ColumnElement[bool]:
    return sa.and_(
        _photos.c.id.in_(sa.select(_former.c.photo_id)),
        _photos.c.file_count == 0,
        _is_tagged(_photos.c.id),
        successions.unresolved(_photos.c.id),
    )


def _is_tagged(photo_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Build the condition that a person gave a photo a tag; rejections do not count."""
    confirmed = sa.select(_tags.c.tag_id).where(
        _tags.c.photo_id == photo_id, _tags.c.state == TagState.CONFIRMED
    )
    return confirmed.correlate_except(_tags).exists()


def _offer(
    row: sa.Row[Any],
    paths: dict[PhotoId, list[Path]],
    names: dict[PhotoId, tuple[str, ...]],
    lay: dict[PhotoId, Path],
) -> Offer:
    former, photo = PhotoId(row.old_photo_id), PhotoId(row.new_photo_id)
    recorded = Path(os.fsdecode(row.path))
    path = recorded if recorded in paths[photo] else paths[photo][0]
    return Offer(
        row.id,
        former,
        lay.get(former),
        photo,
        path,
        Verdict(row.verdict),
        row.cosine,
        names[former],
    )


def _names(
    connection: sa.Connection, photo_ids: Sequence[PhotoId]
) -> dict[PhotoId, tuple[str, ...]]:
    found = tags.tags_of(connection, photo_ids, [TagState.CONFIRMED])
    return {photo_id: tuple(tag.name for tag in found[photo_id]) for photo_id in photo_ids}
