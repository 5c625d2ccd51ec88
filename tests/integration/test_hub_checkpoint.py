"""A recommended architecture in the very files a hub delivers, from download to hit."""

import json
from pathlib import Path

import pytest

from photofind.cli.app import run
from photofind.clip.checkpoints import CheckpointShelf
from photofind.clip.download import download
from photofind.paths import LibraryPaths
from tests.support.checkpoints import make_checkpoint
from tests.support.hub import serving

NAME = "ViT-B-16/datacomp_xl_s13b_b90k"
REPOSITORY = "laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K"


@pytest.mark.slow
def test_that_a_recommended_architecture_works_from_download_to_hit(
    tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_checkpoint(tmp_path / "hub", "ViT-B-16")
    library = tmp_path / "library"

    with serving(folder, REPOSITORY) as hub:
        download(CheckpointShelf(LibraryPaths(library)), NAME, hub.endpoint)
    index = ["index", str(pictures), "--checkpoint", NAME, "--library", str(library), "--json"]
    assert run(index) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["embedded"], report["checkpoint"]) == (12, NAME)

    picture = pictures / "sea" / "05.jpg"
    for command in (["similar", str(picture)], ["search", "a boat on the sea"]):
        assert run([*command, "--all", "--library", str(library), "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["checkpoint"], found["total"]) == (NAME, 12)
        if command[0] == "similar":
            assert found["hits"][0]["path"] == str(picture)
            assert found["hits"][0]["score"] == pytest.approx(1, abs=0.001)
