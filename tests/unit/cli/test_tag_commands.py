"""`photofind tag` and `photofind tags` keep the command line's contract."""

import shutil
from pathlib import Path

import pytest

from photofind.cli.app import run
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.library import Library
from photofind.tagging.tagger import FEWEST_PHOTOS
from tests.unit.cli.conftest import Json


@pytest.fixture(autouse=True)
def _little_stands_out(monkeypatch: pytest.MonkeyPatch) -> None:
    # With random weights nothing stands out by much.
    monkeypatch.setattr("photofind.tagging.tagger.STANDS_OUT", 1.2)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, tiny_folder: Path) -> tuple[Path, Path]:
    """A folder of drawn pictures, and a library that knows them."""
    base = tmp_path_factory.mktemp("tag_commands")
    for number in range(FEWEST_PHOTOS):
        place = base / "drawn" / ("sea" if number % 2 else "land")
        place.mkdir(parents=True, exist_ok=True)
        draw_scene(number, (48, 48)).image.save(place / f"{number:02}.png")
    with Library(base / "library", write=True) as library:
        library.index([base / "drawn"], f"local-dir:{tiny_folder}")
    return base / "drawn", base / "library"


@pytest.fixture
def photos(indexed: tuple[Path, Path], tmp_path: Path) -> Path:
    """The pictures; the library of this test knows them."""
    drawn, library = indexed
    shutil.copytree(library, tmp_path / "library")
    return drawn


def test_that_tag_lists_the_tags_of_every_image(as_json: Json, photos: Path) -> None:
    found = as_json("tag")

    assert set(found) == {"images", "photos", "suggested", "checkpoint", "seconds"}
    assert [item["image"] for item in found["images"]] == sorted(
        str(path) for path in photos.rglob("*.png")
    )
    tags = [tag for item in found["images"] for tag in item["tags"]]
    assert len(tags) == found["suggested"] > 0
    assert all(set(tag) == {"tag", "source", "score"} for tag in tags)
    assert {tag["source"] for tag in tags} == {"zero_shot"}


def test_that_tag_can_be_kept_to_folders(as_json: Json, photos: Path) -> None:
    found = as_json("tag", photos / "sea", photos / "land" / "00.png")

    assert {Path(item["image"]).parent.name for item in found["images"]} == {"sea", "land"}
    assert found["photos"] == FEWEST_PHOTOS / 2 + 1


def test_that_tags_shows_one_image_or_several(as_json: Json, photos: Path) -> None:
    images = {item["image"]: item for item in as_json("tag")["images"]}
    first, second = list(images)[:2]

    assert as_json("tags", first) == images[first]
    assert as_json("tags", second, first) == {"images": [images[second], images[first]]}


def test_that_decisions_show_as_the_persons(as_json: Json, photos: Path) -> None:
    image = next(item for item in as_json("tag")["images"] if len(item["tags"]) >= 2)
    right, wrong, *_ = image["tags"]
    name = image["image"]

    found = as_json(
        "tags", name, "--confirm", right["tag"], "--reject", wrong["tag"], "--add", "Grandma"
    )

    assert found["tags"][:2] == sorted(
        [
            {"tag": "Grandma", "source": "person", "score": None},
            {**right, "source": "person"},
        ],
        key=lambda tag: str(tag["tag"]).casefold(),
    )
    assert wrong["tag"] not in {tag["tag"] for tag in found["tags"]}
    as_json("tag")
    assert as_json("tags", name) == found


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["tag", "/nowhere/at/all"], "/nowhere/at/all"),
        (["tags", "/nowhere/at/all.jpg"], "/nowhere/at/all.jpg"),
        (["tags", "NEW"], "new.png"),
        (["tags", "KNOWN", "--confirm", "no such tag"], "no such tag"),
        (["tags", "KNOWN", "--add", " "], "' '"),
    ],
)
def test_that_an_error_names_the_thing_and_the_next_step(
    as_json: Json, photos: Path, tmp_path: Path, arguments: list[str], named: str
) -> None:
    draw_scene(700, (48, 48)).image.save(tmp_path / "new.png")
    places = {"NEW": str(tmp_path / "new.png"), "KNOWN": str(photos / "sea" / "01.png")}

    error = as_json(*(places.get(word, word) for word in arguments), code=1)["error"]

    assert error["code"] == "bad_input"
    assert named in error["message"]
    assert error["hint"]


def test_that_tags_without_an_image_is_wrong_usage(as_json: Json) -> None:
    assert as_json("tags", code=2)["error"]["code"] == "usage"


def test_that_tagging_before_indexing_says_what_to_do(as_json: Json) -> None:
    assert "photofind index" in as_json("tag", code=1)["error"]["hint"]


@pytest.mark.parametrize(
    "arguments", [["tag"], ["tags", "a.jpg", "--add", "Crete"], ["tags", "a.jpg"]]
)
def test_that_tagging_makes_no_library_where_there_is_none(
    as_json: Json, tmp_path: Path, arguments: list[str]
) -> None:
    error = as_json(*arguments, code=1)["error"]

    assert error["code"] == "bad_input"
    assert "There is no library" in error["message"]
    assert not (tmp_path / "library").exists()


def test_that_people_read_counts_and_marks(
    photos: Path, as_json: Json, capsys: pytest.CaptureFixture[str]
) -> None:
    image = next(item for item in as_json("tag")["images"] if item["tags"])["image"]

    assert run(["tag"]) == 0
    assert f"{FEWEST_PHOTOS} photos looked at" in capsys.readouterr().out
    assert run(["tags", image, "--add", "Grandma"]) == 0
    printed = capsys.readouterr().out
    assert "● Grandma  yours" in printed
    assert "○" in printed


@pytest.mark.parametrize("command", ["tag", "tags"])
def test_that_help_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0

    assert f"Example: photofind {command}" in capsys.readouterr().out
