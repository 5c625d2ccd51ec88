"""Writes to a library that nobody has open, what would take long to come about."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from photofind.domain import FileStat, Fingerprint, FoundFile, Photo, PhotoId, PhotoMetadata
from photofind.paths import LibraryPaths
from photofind.store import derived, embeddings, photos, roots, state, successions, tags
from photofind.store.database import Database
from photofind.store.derived import MOST_TRIES
from photofind.store.ordering import PhotoOrder, ordered_rows
from photofind.store.photos import ReadFile
from photofind.store.roots import Root
from photofind.store.successions import Verdict
from photofind.store.suggestions import replace_suggestions
from photofind.store.tags import Suggestion

FAILED = {
    "thumbnail": {"picture-0005.jpg": "There is no room for it."},
    "embedding": {
        "picture-0005.jpg": "The search model can make nothing of this picture.",
        "picture-0006.jpg": "The search model can make nothing of this picture.",
    },
}

OFFERED = {f"IMG_20190714_1832{number:02}.jpg": "picture-0015.jpg" for number in range(30)}
"""All to one photo: thirty are gone that look like it."""


def suggest(library: Path, wanted: Mapping[str, Sequence[str]]) -> None:
    """Suggest tags as the tagger would, in the place of everything that was suggested before.

    Args:
        wanted: Tags and the names of files they are suggested for, the surest first.
    """
    with _writing(library) as connection:
        ids = _ids(connection)
        suggestions = [
            Suggestion(ids[file], name, 9.0 - 0.1 * place)
            for name, files in wanted.items()
            for place, file in enumerate(files)
        ]
        serving = state.serving_space(connection)
        assert serving is not None
        replace_suggestions(connection, serving[0], list(ids.values()), suggestions)


def fail(library: Path, failed: Mapping[str, Mapping[str, str]]) -> None:
    """Have photos fail so often that they are left alone, and lose their embeddings if need be.

    Args:
        failed: By family of kinds: names of files, and why.
    """
    with _writing(library) as connection:
        ids = _ids(connection)
        serving = state.serving_space(connection)
        assert serving is not None
        lost = [ids[file] for file in failed.get("embedding", {})]
        embeddings.drop_embeddings(connection, serving[0], np.array(lost, np.int64))
        for producer in derived.current_producers(connection):
            reasons = failed.get(producer.family, {})
            for _ in range(MOST_TRIES):
                derived.mark_failed(
                    connection, producer, {ids[file]: why for file, why in reasons.items()}
                )


def offer(library: Path, offered: Mapping[str, str], names: Sequence[str]) -> None:
    """Offer the tags of photos that are gone to others that look like them.

    Args:
        offered: Names of files, those that are gone and those that are there.
        names: Of the tags of each photo that is gone.
    """
    with _writing(library) as connection:
        ids = _ids(connection)
        (root,) = roots.list_roots(connection)
        for gone, there in offered.items():
            former = _record(connection, root, gone)
            for name in names:
                tags.add(connection, [former], name)
            photos.remove_paths(connection, root, [root.path / gone])
            (path,) = photos.paths_of(connection, [ids[there]])[ids[there]]
            successions.record(connection, former, ids[there], path, Verdict.SIMILAR, cosine=0.93)


@contextmanager
def _writing(library: Path) -> Iterator[sa.Connection]:
    with (
        Database.open(LibraryPaths(library), write=True) as database,
        database.writing() as connection,
    ):
        yield connection


def _ids(connection: sa.Connection) -> dict[str, PhotoId]:
    """By names of files, the newest photo first."""
    every = [PhotoId(one) for one in ordered_rows(connection, PhotoOrder.NEWEST).photo_ids.tolist()]
    found = photos.paths_of(connection, every)
    return {path.name: photo_id for photo_id, paths in found.items() for path in paths}


def _record(connection: sa.Connection, root: Root, name: str) -> PhotoId:
    content = Fingerprint(name.encode()[-16:].rjust(16, b"_"))
    photo = Photo(content, "jpeg", 320, 240, (90, 90, 90), PhotoMetadata())
    found = FoundFile(root.path, root.path / name, FileStat(1, 1, 1, 1))
    (photo_id,) = photos.record_files(connection, root, [ReadFile(found, 1, photo)])
    assert photo_id is not None
    return photo_id
