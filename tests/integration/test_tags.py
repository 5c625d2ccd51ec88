"""Tags stay with their photos, whatever happens to files, checkpoints and the vocabulary."""

import json
import shutil
from pathlib import Path

import pytest

from photofind.domain import PhotoId
from photofind.errors import BadInputError
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.library import Library
from photofind.paths import LibraryPaths
from photofind.store import photos, roots, tags
from photofind.store.database import Database
from photofind.store.tag_decisions import TagChanges
from photofind.tagging.library_tags import TagReport
from photofind.tagging.tagger import FEWEST_PHOTOS
from tests.support.checkpoints import make_checkpoint

PHOTOS = FEWEST_PHOTOS + 10

Tags = dict[str, tuple[str, float | None]]


@pytest.fixture(autouse=True)
def _low_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """With random weights nothing stands out by much; where the bar lies is tested elsewhere."""
    monkeypatch.setattr("photofind.tagging.tagger.STANDS_OUT", 1.2)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory, tiny_folder: Path) -> tuple[Path, Path]:
    """A folder with pictures and the library that knows them, and a copy of both."""
    place = tmp_path_factory.mktemp("tags") / "place"
    for number in range(PHOTOS):
        below = place / "pictures" / ("sea" if number % 2 else "land")
        below.mkdir(parents=True, exist_ok=True)
        draw_scene(number, (48, 48)).image.save(below / f"{number:02}.png")
    _index(place / "library", place / "pictures", checkpoint=f"local-dir:{tiny_folder}")
    return place, Path(shutil.copytree(place, place.with_name("copy")))


@pytest.fixture
def folder(places: tuple[Path, Path]) -> Path:
    """The library of forty indexed pictures, as it was before any test."""
    place, copy = places
    shutil.rmtree(place)
    shutil.copytree(copy, place)
    return place / "library"


@pytest.fixture
def pictures(folder: Path) -> Path:
    return folder.with_name("pictures")


def _index(library: Path, *folders: Path, checkpoint: str | None = None) -> None:
    with Library(library, write=True) as opened:
        opened.index(folders, checkpoint)


def _tag(library: Path, *folders: Path) -> TagReport:
    with Library(library, write=True) as opened:
        return opened.tag(folders)


def _tags(library: Path, image: Path, **changes: tuple[str, ...]) -> Tags:
    with Library(library, write=True) as opened:
        (found,) = opened.tags_of([image], TagChanges(**changes))
    return {tag.name: (tag.source, tag.score) for tag in found.tags}


def _tagged(report: TagReport, least: int = 3) -> Path:
    """A picture with a few suggestions."""
    return next(image.image for image in report.images if len(image.tags) >= least)


@pytest.fixture
def decided(folder: Path) -> tuple[Path, Tags, str]:
    """A tagged picture, its tags after a person decided about some, and the rejected one."""
    image = _tagged(_tag(folder))
    right, wrong, *_ = _tags(folder, image)
    kept = _tags(folder, image, confirmed=(right,), rejected=(wrong,), added=("my own",))
    assert kept[right][0] == "person"
    assert kept["my own"] == ("person", None)
    assert wrong not in kept
    return image, kept, wrong


def test_that_every_photo_is_looked_at(folder: Path, pictures: Path) -> None:
    report = _tag(folder)

    assert [image.image for image in report.images] == sorted(pictures.rglob("*.png"))
    assert report.suggested == sum(len(image.tags) for image in report.images) > 0


def test_that_only_the_photos_below_a_folder_are_tagged(folder: Path, pictures: Path) -> None:
    report = _tag(folder, pictures / "sea")

    assert {image.image.parent for image in report.images} == {pictures / "sea"}
    everything = {image.image: image.tags for image in _tag(folder).images}
    for image in report.images:
        assert {tag.name for tag in image.tags} == {tag.name for tag in everything[image.image]}


def test_that_a_folder_without_photos_of_the_library_is_an_error(
    folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadInputError, match="No photo"):
        _tag(folder, tmp_path / "elsewhere")


def test_that_a_rejected_tag_never_returns(folder: Path, decided: tuple[Path, Tags, str]) -> None:
    image, kept, wrong = decided

    for _ in range(3):
        _tag(folder)

    assert _tags(folder, image) == kept
    assert wrong not in kept


def test_that_a_moved_photo_keeps_its_tags(
    folder: Path, pictures: Path, decided: tuple[Path, Tags, str]
) -> None:
    image, kept, _ = decided
    moved = image.rename(pictures / "moved.png")
    (pictures / "land").rename(pictures / "country")

    _index(folder)

    assert _tags(folder, moved) == kept


def test_that_a_photo_that_was_away_comes_back_with_its_tags(
    folder: Path, pictures: Path, tmp_path: Path, decided: tuple[Path, Tags, str]
) -> None:
    image, kept, wrong = decided
    away = image.rename(tmp_path / "away.png")
    _index(folder)
    assert image not in {found.image for found in _tag(folder).images}

    shutil.copy(away, pictures / "back.png")
    _index(folder)

    assert _tags(folder, pictures / "back.png") == kept
    _tag(folder)
    assert wrong not in _tags(folder, pictures / "back.png")


def test_that_a_copy_has_the_tags_of_its_original(
    folder: Path, tmp_path: Path, decided: tuple[Path, Tags, str]
) -> None:
    image, kept, _ = decided

    assert _tags(folder, Path(shutil.copy(image, tmp_path / "copy.png"))) == kept


def test_that_decisions_outlive_the_checkpoint(
    folder: Path, tmp_path: Path, decided: tuple[Path, Tags, str]
) -> None:
    image, kept, wrong = decided
    mine = {name: about for name, about in kept.items() if about[0] == "person"}

    _index(folder, checkpoint=f"local-dir:{make_checkpoint(tmp_path / 'newer', seed=5)}")
    assert _tags(folder, image) == kept
    report = _tag(folder)

    now = _tags(folder, image)
    assert mine.items() <= now.items()
    assert wrong not in now
    assert report.checkpoint.endswith("newer")


def test_that_suggestions_say_which_checkpoint_made_them(
    folder: Path, tmp_path: Path, decided: tuple[Path, Tags, str]
) -> None:
    _index(folder, checkpoint=f"local-dir:{make_checkpoint(tmp_path / 'newer', seed=5)}")
    _tag(folder)

    with (
        Database.open(LibraryPaths(folder), write=False) as database,
        database.reading() as connection,
    ):
        queue = tags.review_queue(connection, 10_000)
        found = tags.tags_of(connection, [item.photo_id for item in queue])
    spaces = {tag.space_id for tags_ in found.values() for tag in tags_ if tag.source != "person"}
    assert len(spaces) == 1


def test_that_an_edited_photo_can_take_its_tags_along(
    folder: Path, decided: tuple[Path, Tags, str]
) -> None:
    image, kept, wrong = decided
    mine = {name for name, about in kept.items() if about[0] == "person"}
    old = _photo_at(folder, image)
    draw_scene(900, (48, 48)).image.save(image)
    _index(folder)
    new = _photo_at(folder, image)
    assert new != old

    with (
        Database.open(LibraryPaths(folder), write=True) as database,
        database.writing() as connection,
    ):
        tags.carry_tags(connection, old, new)
    _tag(folder)

    assert mine <= set(_tags(folder, image))
    assert wrong not in _tags(folder, image)


def _photo_at(library: Path, image: Path) -> PhotoId:
    with (
        Database.open(LibraryPaths(library), write=False) as database,
        database.reading() as connection,
    ):
        (root,) = roots.list_roots(connection)
        photo_id = photos.known_files(connection, root)[image].photo_id
    assert photo_id is not None
    return photo_id


def test_that_a_tag_the_own_vocabulary_removes_is_suggested_no_more(folder: Path) -> None:
    names = {tag.name for image in _tag(folder).images for tag in image.tags}
    (folder / "vocabulary.toml").write_text(f"remove = {json.dumps(sorted(names))}", "utf-8")

    others = {tag.name for image in _tag(folder).images for tag in image.tags}

    assert names
    assert others
    assert not names & others


def test_that_a_faulty_vocabulary_changes_nothing(
    folder: Path, decided: tuple[Path, Tags, str]
) -> None:
    image, kept, _ = decided
    (folder / "vocabulary.toml").write_text("tags = 3", "utf-8")

    with pytest.raises(BadInputError, match=r"vocabulary\.toml"):
        _tag(folder)

    assert _tags(folder, image) == kept


def test_that_a_decision_that_cannot_be_made_changes_nothing(
    folder: Path, decided: tuple[Path, Tags, str]
) -> None:
    image, kept, _ = decided

    with pytest.raises(BadInputError, match="not suggested"):
        _tags(folder, image, added=("another",), confirmed=("never suggested",))

    assert _tags(folder, image) == kept
