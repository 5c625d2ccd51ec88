"""The checkpoint that ships with photofind, on drawn scenes and on real photos."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photofind.cli import run
from photofind.clip.checkpoints import EMBEDDED
from photofind.evaluation.drawn_scenes import draw_scene, held_out_seeds
from photofind.indexing.local import CatalogueWorker
from photofind.library import Library
from photofind.search.parser import parse

Command = Callable[..., Any]


@pytest.fixture
def as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command on this test's library and parse what it prints."""

    def call(*arguments: str | Path) -> Any:
        library = ["--library", str(tmp_path / "library"), "--json"]
        assert run([*map(str, arguments), *library]) == 0
        return json.loads(capsys.readouterr().out)

    return call


def test_that_drawn_scenes_are_found_by_their_words(tmp_path: Path) -> None:
    scenes = {f"{seed}.png": draw_scene(seed) for seed in held_out_seeds[:80]}
    folder = tmp_path / "scenes"
    folder.mkdir()
    for name, scene in scenes.items():
        scene.image.save(folder / name)

    with Library(tmp_path / "library", write=True, make_worker=CatalogueWorker) as library:
        library.index([folder], EMBEDDED)
        engine = library.search_engine
        found = [
            name in {hit.path.name for hit in engine.by_text(parse(scene.captions[0]), 5).hits}
            for name, scene in scenes.items()
        ]

    # By chance 5 of 80.
    assert sum(found) > 40


@pytest.mark.slow
def test_that_a_folder_of_real_photos_answers_in_dogs(
    as_json: Command, shared: Callable[[str], Path]
) -> None:
    photos = shared("flickr8k") / "images"
    with (shared("flickr8k") / "captions.txt").open(encoding="utf-8", newline="") as file:
        dogs = {row["image"] for row in csv.DictReader(file) if "dog" in row["caption"].lower()}

    assert as_json("index", photos)["embedded"] == 1000
    found = as_json("search", "a dog running on grass", "-n", "20")

    hits = [Path(hit["path"]).name for hit in found["hits"]]
    assert len(hits) == 20
    assert sum(name in dogs for name in hits) >= 15


def test_that_a_photo_is_found_however_it_is_turned(
    as_json: Command, shared: Callable[[str], Path]
) -> None:
    photos = shared("orientation")
    as_json("index", photos)
    for picture in sorted(photos.glob("Landscape_*.jpg")):
        hits = as_json("similar", picture, "--all", "-n", "9")["hits"]

        assert all(Path(hit["path"]).name.startswith("Landscape_") for hit in hits)
        assert min(hit["score"] for hit in hits) > 0.97
