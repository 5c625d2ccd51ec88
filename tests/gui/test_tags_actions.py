"""Every decision about tags names itself: when it is made, undone and made again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui.lanes import Lane
from photofind.gui.tags.actions import TagActions
from photofind.gui.undo import UndoHistory
from photofind.paths import LibraryPaths
from photofind.store import embeddings, photos, roots, tags
from photofind.store.database import Database
from photofind.store.sqlite_catalogue import SqliteTags
from photofind.store.suggestions import replace_suggestions
from photofind.store.tag_decisions import TagChanges
from photofind.store.tags import Suggestion
from tests.unit.store.samples import ROOT, SPACE, read_photo

PHOTOS = 3


@dataclass
class Desk:
    """Photos that are all suggested to show a cat and tagged with a dog, and what is said."""

    actions: TagActions
    history: UndoHistory
    photos: list[PhotoId]
    said: list[str]


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    lane, said = Lane("writer"), list[str]()
    with Database.open(LibraryPaths(tmp_path / "library"), write=True) as database:
        with database.writing() as connection:
            root = roots.add_root(connection, ROOT)
            files = [read_photo(ROOT / f"{number}.jpg", number) for number in range(PHOTOS)]
            ids = [one for one in photos.record_files(connection, root, files) if one is not None]
            space = embeddings.space_id(connection, SPACE, create=True)
            replace_suggestions(
                connection, space, ids, [Suggestion(one, "cat", 5.0) for one in ids]
            )
            tags.add(connection, ids, "dog")
        history = UndoHistory(lane)
        history.done.connect(lambda text, _undoable: said.append(text))
        history.undone.connect(said.append)
        yield Desk(TagActions(SqliteTags(database), history), history, ids, said)
        lane.close()


@pytest.mark.parametrize(
    ("changes", "made", "undone"),
    [
        (
            TagChanges(added=("sea",)),
            "‘sea’ added to 3 photos.",
            "Removed tag ‘sea’ from 3 photos.",
        ),
        (
            TagChanges(removed=("dog",)),
            "‘dog’ removed from 3 photos.",
            "Put tag ‘dog’ back on 3 photos.",
        ),
        (
            TagChanges(confirmed=("cat",)),
            "‘cat’ confirmed on 3 photos.",
            "‘cat’ is only suggested again for 3 photos.",
        ),
        (
            TagChanges(rejected=("cat",)),
            "‘cat’ rejected on 3 photos; it will not come back.",
            "‘cat’ is no longer rejected on 3 photos.",
        ),
        (
            TagChanges(added=("sea",), removed=("dog",)),
            "Tags of 3 photos changed.",
            "Put the tags of 3 photos back as they were.",
        ),
    ],
)
def test_that_a_decision_names_itself(
    desk: Desk, changes: TagChanges, made: str, undone: str, qtbot: QtBot
) -> None:
    desk.actions.apply(desk.photos, changes)
    desk.history.undo()
    desk.history.redo()

    qtbot.waitUntil(lambda: len(desk.said) == 3)
    assert desk.said == [made, undone, made]


def test_that_only_the_photos_are_counted_that_are_different(desk: Desk, qtbot: QtBot) -> None:
    desk.actions.add(desk.photos[:1], "sea")
    desk.actions.add(desk.photos, "sea")
    desk.actions.add(desk.photos, "sea")
    desk.history.undo()

    qtbot.waitUntil(lambda: len(desk.said) == 4)
    assert desk.said == [
        "‘sea’ added to 1 photo.",
        "‘sea’ added to 2 photos.",
        "These tags were so already.",
        "Removed tag ‘sea’ from 2 photos.",
    ]
