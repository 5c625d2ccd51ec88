"""Suggests tags as the tagger would, in a library that nobody has open."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from photofind.domain import PhotoId
from photofind.paths import LibraryPaths
from photofind.store import gallery, photos, state, tags
from photofind.store.database import Database
from photofind.store.tags import Suggestion


def suggest(library: Path, wanted: Mapping[str, Sequence[str]]) -> None:
    """In the place of everything that was suggested before.

    Args:
        wanted: Tags and the names of files they are suggested for, the surest first.
    """
    with (
        Database.open(LibraryPaths(library), write=True) as database,
        database.writing() as connection,
    ):
        every = [PhotoId(one) for one in gallery.newest_rows(connection).photo_ids.tolist()]
        found = photos.paths_of(connection, every)
        ids = {path.name: photo_id for photo_id, paths in found.items() for path in paths}
        suggestions = [
            Suggestion(ids[file], name, 9.0 - 0.1 * place)
            for name, files in wanted.items()
            for place, file in enumerate(files)
        ]
        serving = state.serving_space(connection)
        assert serving is not None
        tags.suggest(connection, serving[0], every, suggestions)
