"""What is derived from photos: of each kind, what is done, what failed and why, what is left.

[Note: derived facts] A kind is one thing that is made of every photo: its thumbnail, its embedding
by a checkpoint, its tags. A producer is a kind and a version; another version makes another thing
in its place. That a producer is done with a photo, or failed, is a fact: a row, written in the
transaction that stores what was made. Whatever has no fact is still to be made. So progress,
failures and retries are the same for every kind, and a new kind needs no code here.

Counts of facts are kept by triggers, see migration 0006: where nothing is left to do, asking what
is left takes no time. The facts about embeddings come and go with the embeddings.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects.sqlite import insert

from photofind.domain import Failure, PhotoId
from photofind.store import schema
from photofind.store.bulk import in_batches, number_columns
from photofind.store.counts import count_by_key, total
from photofind.store.photos import has_file, paths_of

_derived = schema.derived
_photos = schema.photos
_producers = schema.producers

# As the partial index says it: of a bound value SQLite cannot know that the index serves, and
# without the sign it goes through all rows of a producer instead.
_not_done = _derived.c.status != sa.literal_column("'done'")
_signed_producer = sa.literal_column("+derived.producer_id", sa.Integer)

MOST_TRIES = 3
"""Times that a photo may fail before a producer leaves it alone."""


class Status(StrEnum):
    """What a fact says.

    Attributes:
        RETRY: It failed, and the next run tries again.
        FAILED: It failed so often that it is left alone.
    """

    DONE = "done"
    RETRY = "retry"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ProducerVersion:
    """Who made something of a photo.

    Attributes:
        kind: What it makes. Of what lies side by side, each is a kind of its own, with a name
            after a colon, as `embedding:` and a checkpoint's hash.
        version: Another one makes something else in its place.
    """

    kind: str
    version: str

    @property
    def family(self) -> str:
        """The kind without the name after the colon."""
        return self.kind.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a producer has come with photos that have a file.

    Attributes:
        retry: Photos that failed and are tried again.
        failed: Photos that are left alone.
        total: Photos there are.
    """

    producer: ProducerVersion
    done: int
    retry: int
    failed: int
    total: int


@dataclass(frozen=True, slots=True)
class KindStatus:
    """How far a producer has come, and the photos it failed with, by path."""

    progress: Progress
    failures: tuple[Failure, ...]


def set_current(connection: sa.Connection, producers: Iterable[ProducerVersion]) -> None:
    """Say what is made now; of a family, one producer is current.

    Writes nothing where that is known.

    Args:
        connection: In a writing transaction.
        producers: Of different families.
    """
    known = connection.execute(sa.select(_producers)).all()
    for producer in producers:
        others = [
            row.id
            for row in known
            if row.current
            and ProducerVersion(row.kind, row.version) != producer
            and ProducerVersion(row.kind, row.version).family == producer.family
        ]
        if others:
            connection.execute(
                sa.update(_producers).where(_producers.c.id.in_(others)).values(current=0)
            )
        if (producer.kind, producer.version, 1) not in {
            (row.kind, row.version, row.current) for row in known
        }:
            statement = insert(_producers).values(
                kind=producer.kind, version=producer.version, current=1
            )
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["kind", "version"], set_={"current": 1}
                )
            )


def current_producers(connection: sa.Connection) -> list[ProducerVersion]:
    """By kind."""
    statement = sa.select(_producers.c.kind, _producers.c.version).where(_producers.c.current != 0)
    return [ProducerVersion(*row) for row in connection.execute(statement.order_by("kind"))]


def mark_done(
    connection: sa.Connection, producer: ProducerVersion, photo_ids: Collection[PhotoId]
) -> None:
    """Record what was made and stored; what other versions made in its place is no more.

    Args:
        connection: In the writing transaction that stores it.
        producer: Becomes known if it is not.
    """
    _record(connection, producer, dict.fromkeys(photo_ids))


def mark_failed(
    connection: sa.Connection, producer: ProducerVersion, reasons: Mapping[PhotoId, str]
) -> None:
    """Record why nothing could be made; after `MOST_TRIES` the photo is left alone.

    Args:
        connection: In a writing transaction.
        producer: Becomes known if it is not.
        reasons: In words for the photo's owner.
    """
    _record(connection, producer, reasons)


def forget(
    connection: sa.Connection, producer: ProducerVersion, photo_ids: Collection[PhotoId]
) -> None:
    """Have a producer make its product of some photos again."""
    producer_id = _known_id(connection, producer)
    for batch in in_batches(list(photo_ids)):
        connection.execute(
            sa.delete(_derived).where(
                _derived.c.producer_id == producer_id, _derived.c.photo_id.in_(batch)
            )
        )


def forget_all(connection: sa.Connection, producer: ProducerVersion) -> None:
    """Have a producer make all anew: what it made is lost."""
    producer_id = _known_id(connection, producer)
    connection.execute(sa.delete(_derived).where(_derived.c.producer_id == producer_id))


def forget_failures(connection: sa.Connection) -> None:
    """Have every kind tried again of all photos that failed."""
    connection.execute(sa.delete(_derived).where(_not_done))


def pending(connection: sa.Connection, producers: Iterable[ProducerVersion]) -> set[PhotoId]:
    """Find photos that have a file and miss something; takes no time where there are none."""
    photos = total(connection, "photos")
    done, retry, failed = (count_by_key(connection, f"derived_{status}") for status in Status)
    found: set[PhotoId] = set()
    for producer in producers:
        producer_id = _known_id(connection, producer)
        own = _derived.c.producer_id == producer_id
        settled = done.get(producer_id, 0) + failed.get(producer_id, 0)
        to_retry = retry.get(producer_id, 0)
        if settled == photos:
            continue
        if settled + to_retry == photos:
            missing = sa.select(_derived.c.photo_id).where(
                _signed_producer == producer_id,
                _not_done,
                _derived.c.status == Status.RETRY,
                has_file(_derived.c.photo_id),
            )
        else:
            known = sa.select(_derived.c.photo_id).where(own, _derived.c.status != Status.RETRY)
            missing = sa.select(_photos.c.id).where(
                _photos.c.file_count > 0, _photos.c.id.not_in(known)
            )
        found.update(PhotoId(photo_id) for photo_id in connection.scalars(missing))
    return found


def pending_among(
    connection: sa.Connection,
    producers: Sequence[ProducerVersion],
    photo_ids: Collection[PhotoId],
) -> set[PhotoId]:
    """Find those of some photos that miss something, whether or not they have a file."""
    known = settled(connection, producers, photo_ids)
    return {photo_id for photo_id in photo_ids if len(known[photo_id]) < len(producers)}


def pending_kinds(
    connection: sa.Connection, producers: Sequence[ProducerVersion], photo_id: PhotoId
) -> frozenset[str]:
    """Return the kinds that a photo misses."""
    known = settled(connection, producers, [photo_id])[photo_id]
    return frozenset(producer.kind for producer in producers) - known.keys()


def settled(
    connection: sa.Connection,
    producers: Sequence[ProducerVersion],
    photo_ids: Collection[PhotoId],
) -> dict[PhotoId, dict[str, Status]]:
    """Return the kinds that are done, or left alone, of each photo."""
    kinds = {_known_id(connection, producer): producer.kind for producer in producers}
    statement = sa.select(_derived.c.photo_id, _derived.c.producer_id, _derived.c.status).where(
        _derived.c.producer_id.in_(kinds), _derived.c.status != Status.RETRY
    )
    found: dict[PhotoId, dict[str, Status]] = {photo_id: {} for photo_id in photo_ids}
    for batch in in_batches(list(photo_ids)):
        among = statement.where(_derived.c.photo_id.in_(batch))
        for photo_id, producer_id, status in connection.execute(among):
            found[photo_id][kinds[producer_id]] = Status(status)
    return found


def done_among(
    connection: sa.Connection, producer: ProducerVersion, photo_ids: Collection[PhotoId]
) -> set[PhotoId]:
    """Find those of some photos that a producer is done with."""
    own = _derived.c.producer_id == _known_id(connection, producer)
    statement = sa.select(_derived.c.photo_id).where(own, _derived.c.status == Status.DONE)
    found: set[PhotoId] = set()
    for batch in in_batches(list(photo_ids)):
        found.update(connection.scalars(statement.where(_derived.c.photo_id.in_(batch))))
    return found


def done_photos(connection: sa.Connection, producer: ProducerVersion) -> NDArray[np.int64]:
    """(N,) int64, ascending: photos with a file that a producer is done with."""
    own = _derived.c.producer_id == _known_id(connection, producer)
    present = has_file(_derived.c.photo_id)
    statement = sa.select(_derived.c.photo_id).where(own, _derived.c.status == Status.DONE, present)
    return np.sort(number_columns(connection, statement)[0])


def progress(connection: sa.Connection, producer: ProducerVersion) -> Progress:
    """Tell how far a producer has come; takes no time."""
    producer_id = _known_id(connection, producer)
    done, retry, failed = (
        count_by_key(connection, f"derived_{status}").get(producer_id, 0) for status in Status
    )
    return Progress(producer, done, retry, failed, total(connection, "photos"))


def failures(connection: sa.Connection, producer: ProducerVersion) -> list[Failure]:
    """List photos with a file of which nothing could be made, by one path of each."""
    columns = sa.select(_derived.c.photo_id, _derived.c.why)
    own = _signed_producer == _known_id(connection, producer)
    reasons = dict(connection.execute(columns.where(own, _not_done)).all())
    paths = paths_of(connection, list(reasons))
    found = [Failure(paths[photo_id][0], reasons[photo_id]) for photo_id in paths]
    return sorted(found, key=lambda failure: failure.path)


def _record(
    connection: sa.Connection, producer: ProducerVersion, facts: Mapping[PhotoId, str | None]
) -> None:
    """Record by photo a reason why it failed, or `None` where it is done."""
    if not facts:
        return
    producer_id = _id_of(connection, producer)
    for older in _others(connection, producer):
        for batch in in_batches(list(facts)):
            connection.execute(
                sa.delete(_derived).where(
                    _derived.c.producer_id == older, _derived.c.photo_id.in_(batch)
                )
            )
    rows = [
        {
            "producer_id": producer_id,
            "photo_id": photo_id,
            "status": Status.DONE if why is None else Status.RETRY,
            "why": why,
            "tries": int(why is not None),
        }
        for photo_id, why in sorted(facts.items())
    ]
    statement = insert(_derived)
    new = statement.excluded
    tries = sa.case((new.why.is_(None), 0), else_=_derived.c.tries + 1)
    gives_up = sa.and_(new.why.is_not(None), _derived.c.tries + 1 >= MOST_TRIES)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["producer_id", "photo_id"],
            set_={
                "status": sa.case((gives_up, str(Status.FAILED)), else_=new.status),
                "why": new.why,
                "tries": tries,
            },
            # What is done and stays done is not written again.
            where=sa.or_(new.why.is_not(None), _derived.c.status != Status.DONE),
        ),
        rows,
    )


def _known_id(connection: sa.Connection, producer: ProducerVersion) -> int:
    """0, which no producer has, where it has not made anything yet."""
    statement = sa.select(_producers.c.id).where(
        _producers.c.kind == producer.kind, _producers.c.version == producer.version
    )
    return connection.execute(statement).scalar_one_or_none() or 0


def _id_of(connection: sa.Connection, producer: ProducerVersion) -> int:
    known = _known_id(connection, producer)
    if known:
        return known
    values = {"kind": producer.kind, "version": producer.version}
    done = connection.execute(sa.insert(_producers).values(values))
    return int((done.inserted_primary_key or (0,))[0])


def _others(connection: sa.Connection, producer: ProducerVersion) -> list[int]:
    """Other versions whose products some photos with files still have."""
    counted = sa.select(schema.counts.c.key).where(
        schema.counts.c.subject.in_([f"derived_{status}" for status in Status]),
        schema.counts.c.n > 0,
    )
    statement = sa.select(_producers.c.id).where(
        _producers.c.kind == producer.kind,
        _producers.c.version != producer.version,
        _producers.c.id.in_(counted),
    )
    return list(connection.scalars(statement))
