"""The change log and the counts, as triggers write them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.domain import PhotoId
from photofind.paths import LibraryPaths
from photofind.store import (
    changes,
    counts,
    derived,
    embeddings,
    photos,
    roots,
    schema,
    state,
    tags,
    waiting,
)
from photofind.store.changes import ChangeKind, changes_since, latest
from photofind.store.database import Database
from photofind.store.derived import ProducerVersion
from photofind.store.roots import Root
from photofind.store.suggestions import replace_suggestions
from photofind.store.tags import Suggestion

from .samples import ROOT, SPACE, read_failure, read_photo, unit_vectors


@pytest.fixture
def root(connection: sa.Connection) -> Root:
    return roots.add_root(connection, ROOT)


def _record(connection: sa.Connection, root: Root, *numbers: int) -> list[PhotoId]:
    files = [read_photo(root.path / f"{number}.jpg", number) for number in numbers]
    return [one for one in photos.record_files(connection, root, files) if one is not None]


def _ids(changed: changes.Changes | None, kind: ChangeKind) -> list[int]:
    assert changed is not None
    found: list[int] = changed.of(kind).tolist()
    return found


def test_that_a_new_photo_is_in_the_log(connection: sa.Connection, root: Root) -> None:
    before = latest(connection)
    (photo_id,) = _record(connection, root, 1)
    changed = changes_since(connection, before)
    assert _ids(changed, ChangeKind.FILES) == [photo_id]
    assert changed is not None
    assert changes_since(connection, changed.up_to) == changes.Changes(changed.up_to, {})


def test_that_reading_the_same_again_changes_nothing(connection: sa.Connection, root: Root) -> None:
    _record(connection, root, 1)
    before = latest(connection)
    _record(connection, root, 1)
    assert latest(connection) == before


@pytest.mark.parametrize("gone", ["file", "root"])
def test_that_a_photo_that_goes_is_in_the_log(
    connection: sa.Connection, root: Root, gone: str
) -> None:
    (photo_id,) = _record(connection, root, 1)
    before = latest(connection)
    if gone == "file":
        known = photos.known_files(connection, root)
        photos.remove_files(connection, [file.file_id for file in known.values()])
    else:
        roots.remove_root(connection, root.id)
    changed = changes_since(connection, before)
    assert _ids(changed, ChangeKind.FILES) == [photo_id]
    assert changed is not None
    assert changed.roots == (gone == "root")


def test_that_embeddings_tags_and_a_switch_are_in_the_log(
    connection: sa.Connection, root: Root
) -> None:
    ids = _record(connection, root, 1, 2)
    space = embeddings.space_id(connection, SPACE, create=True)
    before = latest(connection)
    embeddings.add_embeddings(connection, space, ids[:1], unit_vectors(1))
    tags.add(connection, ids[1:], "sea")
    state.set_serving_space(connection, space)
    changed = changes_since(connection, before)
    assert _ids(changed, ChangeKind.EMBEDDING) == ids[:1]
    assert _ids(changed, ChangeKind.TAGS) == ids[1:]
    assert changed is not None
    assert changed.serving
    assert changed.of(ChangeKind.EMBEDDING, ChangeKind.TAGS).tolist() == sorted(ids)


def test_that_only_the_kinds_asked_for_are_told(connection: sa.Connection, root: Root) -> None:
    ids = _record(connection, root, 1)
    before = latest(connection)
    tags.add(connection, ids, "sea")
    changed = changes_since(connection, before, [ChangeKind.FILES])
    assert changed is not None
    assert not changed
    assert changed.up_to == latest(connection)


def test_that_what_was_rolled_back_is_not_in_the_log(database: Database) -> None:
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT)
        before = latest(connection)

    def fail_half_way() -> None:
        with database.writing() as connection:
            _record(connection, root, 1)
            roots.set_offline(connection, 99, True)

    with pytest.raises(ValueError, match="no root"):
        fail_half_way()
    with database.reading() as connection:
        assert latest(connection) == before


def test_that_the_log_keeps_what_a_follower_has_not_seen(
    connection: sa.Connection, root: Root
) -> None:
    changes.set_followed(connection, "slow", latest(connection))
    seen = latest(connection)
    ids = _record(connection, root, *range(1, 20))
    assert changes.trim(connection, kept=0) == seen
    assert _ids(changes_since(connection, seen), ChangeKind.FILES) == ids
    changes.set_followed(connection, "slow", latest(connection))
    assert changes.trim(connection, kept=5) > 0
    assert changes_since(connection, seen) is None
    assert changes_since(connection, latest(connection) - 5) is not None


def test_that_a_follower_that_stays_away_does_not_keep_the_log(
    connection: sa.Connection, root: Root
) -> None:
    changes.set_followed(connection, "away", 0)
    long_ago = (datetime.now(UTC) - changes.FOLLOWER_AWAY - timedelta(hours=1)).isoformat()
    connection.execute(sa.update(schema.followers).values(seen_at=long_ago))
    _record(connection, root, 1, 2, 3)
    changes.trim(connection, kept=0)
    assert changes.followed(connection, "away") is None
    assert changes_since(connection, 0) is None


def test_that_numbers_go_on_after_all_of_the_log_was_dropped(
    connection: sa.Connection, root: Root
) -> None:
    _record(connection, root, 1)
    before = latest(connection)
    changes.trim(connection, kept=0)
    assert latest(connection) == before
    _record(connection, root, 2)
    assert latest(connection) > before
    assert changes_since(connection, before) is not None


def test_that_too_many_changes_mean_building_anew(
    connection: sa.Connection, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_CHANGES", 3)
    before = latest(connection)
    _record(connection, root, 1, 2, 3)
    assert changes_since(connection, before, [ChangeKind.FILES]) is not None
    _record(connection, root, 4)
    assert changes_since(connection, before, [ChangeKind.FILES]) is None


def test_that_a_photo_without_files_says_since_when(connection: sa.Connection, root: Root) -> None:
    (photo_id,) = _record(connection, root, 1)
    row = sa.select(schema.photos.c.file_count, schema.photos.c.gone_at)
    assert connection.execute(row).one() == (1, None)
    roots.remove_root(connection, root.id)
    file_count, gone_at = connection.execute(row).one()
    assert file_count == 0
    assert abs(datetime.now(UTC) - datetime.fromisoformat(gone_at)) < timedelta(minutes=1)
    again = roots.add_root(connection, ROOT)
    assert _record(connection, again, 1) == [photo_id]
    assert connection.execute(row).one() == (1, None)


_STEP = st.tuples(
    st.sampled_from(
        [
            *("read", "fail", "remove", "embed", "drop", "tag", "reject", "untag", "suggest"),
            *("make", "fail to make", "make otherwise", "forget", "try again"),
            *("wait", "clear", "add root", "take over", "remove root", "offline"),
        ]
    ),
    st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True),
    st.integers(0, 2),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_STEP, max_size=25))
def test_that_the_counts_are_what_a_recount_finds(
    steps: Sequence[tuple[str, list[int], int]],
) -> None:
    with (
        TemporaryDirectory() as folder,
        Database.open(LibraryPaths(Path(folder)), write=True) as database,
        database.writing() as connection,
    ):
        space = embeddings.space_id(connection, SPACE, create=True)
        for name, numbers, which in steps:
            _step(connection, space, name, numbers, which)
            assert counts.kept_counts(connection) == counts.recount(connection), name


def _step(connection: sa.Connection, space: int, name: str, numbers: list[int], which: int) -> None:
    known = roots.list_roots(connection)
    ids = [PhotoId(one) for one in connection.scalars(sa.select(schema.photos.c.id)).all()]
    some = [ids[number] for number in numbers if number < len(ids)]
    match name:
        case "add root":
            roots.add_root(connection, ROOT / "a" / str(which))
        case "take over":
            if not any(root.offline for root in known):
                roots.add_root(connection, ROOT)
        case "embed":
            embeddings.add_embeddings(connection, space, some, unit_vectors(len(some)))
        case "drop":
            connection.execute(
                sa.delete(schema.embeddings).where(schema.embeddings.c.photo_id.in_(some))
            )
        case "make":
            derived.mark_done(connection, ProducerVersion(f"kind {which}", "1"), some)
        case "fail to make":
            why = dict.fromkeys(some, "broken")
            derived.mark_failed(connection, ProducerVersion(f"kind {which}", "1"), why)
        case "make otherwise":
            derived.mark_done(connection, ProducerVersion(f"kind {which}", "2"), some)
        case "forget":
            derived.forget(connection, ProducerVersion(f"kind {which}", "1"), some)
        case "try again":
            derived.forget_failures(connection)
        case "tag":
            tags.add(connection, some, f"tag {which}")
        case "reject":
            tags.reject(connection, some, f"tag {which}")
        case "untag":
            tags.remove(connection, some, f"tag {which}")
        case "suggest":
            found = [Suggestion(one, f"tag {which}", 5.0) for one in some]
            replace_suggestions(connection, space, some, found)
    if not known:
        return
    root = known[which % len(known)]
    paths = [root.path / f"{number}.jpg" for number in numbers]
    match name:
        case "read":
            # The same path may hold another photo than before, and two paths the same.
            contents = [(number + which) % 4 + 1 for number in numbers]
            photos.record_files(connection, root, list(map(read_photo, paths, contents)))
        case "fail":
            photos.record_files(connection, root, [read_failure(path, "broken") for path in paths])
        case "remove":
            files = photos.known_files(connection, root)
            photos.remove_files(
                connection, [files[path].file_id for path in paths if path in files]
            )
        case "wait":
            waiting.add_waiting(connection, root, paths)
        case "clear":
            waiting.clear_waiting(connection, root)
        case "remove root":
            roots.remove_root(connection, root.id)
        case "offline":
            roots.set_offline(connection, root.id, not root.offline)


def test_that_kinds_of_the_log_are_those_the_triggers_write(connection: sa.Connection) -> None:
    written = " ".join(
        connection.scalars(sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger'"))
    )
    for kind in ChangeKind:
        assert f"'{kind}'" in written
    assert np.unique([str(kind) for kind in ChangeKind]).size == len(ChangeKind)
