"""`photofind tags --orphaned` keeps the command line's contract."""

from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from photofind.cli.app import run
from photofind.library import Library
from tests.unit.cli.conftest import Json


@pytest.fixture
def offered(as_json: Json, tmp_path: Path, tiny_folder: Path) -> tuple[Path, Path]:
    """A photo with a tag that is gone, and one that looks like it."""
    folder = tmp_path / "photos"
    folder.mkdir()
    image = Image.linear_gradient("L").convert("RGB").resize((64, 48))
    image.save(folder / "a.jpg")
    as_json("index", folder, "--checkpoint", f"local-dir:{tiny_folder}")
    as_json("tags", folder / "a.jpg", "--add", "beach")
    (folder / "a.jpg").unlink()
    ImageEnhance.Brightness(image).enhance(0.9).save(folder / "b.jpg")
    as_json("index")
    return folder / "a.jpg", folder / "b.jpg"


def test_that_an_offer_can_be_accepted(as_json: Json, offered: tuple[Path, Path]) -> None:
    former, path = offered
    assert {name: as_json("status")[name] for name in ("offers", "orphaned")} == {
        "offers": 1,
        "orphaned": 1,
    }
    found = as_json("tags", "--orphaned")
    (offer,), (orphan,) = found["offers"], found["orphaned"]
    assert set(offer) == {"offer", "former_path", "path", "why", "cosine", "tags"}
    assert (offer["former_path"], offer["path"]) == (str(former), str(path))
    assert (offer["why"], offer["tags"]) == ("similar", ["beach"])
    assert (set(orphan), orphan["path"]) == ({"path", "gone_at", "tags"}, str(former))

    after = as_json("tags", "--orphaned", "--accept", offer["offer"])

    assert after == {"offers": [], "orphaned": []}
    assert [tag["tag"] for tag in as_json("tags", path)["tags"]] == ["beach"]


def test_that_a_declined_offer_leaves_the_tags_listed(
    as_json: Json, offered: tuple[Path, Path]
) -> None:
    number = as_json("tags", "--orphaned")["offers"][0]["offer"]
    after = as_json("tags", "--orphaned", "--decline", number)

    assert after["offers"] == []
    assert [orphan["tags"] for orphan in after["orphaned"]] == [["beach"]]
    error = as_json("tags", "--orphaned", "--accept", number, code=1)["error"]
    assert "answered before" in error["message"]


def test_that_people_are_told_what_to_type(
    offered: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["tags", "--orphaned"]) == 0
    said = capsys.readouterr().out
    assert "These look like the same photo" in said
    assert "--accept 1" in said
    assert run(["status"]) == 0
    assert "photofind tags --orphaned" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [[], ["a.jpg", "--orphaned"], ["--orphaned", "--add", "x"], ["a.jpg", "--accept", "1"]],
)
def test_that_photos_and_orphans_are_asked_for_apart(
    arguments: list[str], library_folder: Path
) -> None:
    with Library(library_folder, write=True):
        pass
    assert run(["tags", *arguments]) == 2
