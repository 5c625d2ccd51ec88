"""The checkpoint that ships with photofind, on drawn scenes and on real photos."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photofind.cli.app import run
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
            name in {hit.path.name for hit in engine.by_query(parse(scene.captions[0]), 5).hits}
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
    found = as_json("search", "a dog running on grass", "-n", "20", "--all")

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


# The held-out words of benchmarks/cutoff_words.txt: those that captions of five of the 300 photos
# name, or more; those that no caption of the 1,000 names; and those that mean nothing.
SHOWN = """
horse, man, boy, toddler, child, couple, climber, helmet, dress, suit, beach, ocean, wave, lake,
mountain, cliff, rock, sand, ice, garden, street, building, bench, wall, car, train, boat, sled,
ball, rope, stick, camera
"""
NOT_SHOWN = """
lion, elephant, giraffe, snake, nurse, police officer, waiter, clown, bride, castle, clock,
bookshelf, airplane, puzzle, drum, keyboard, printer, letter, poster, teapot, toaster, washing
machine, broom, hammer, key, padlock, cookie, cheese, egg, orange fruit, grapes, pepper, bicycle
race, wedding, lightning, night sky, stethoscope, bagpipes, didgeridoo, xylophone, lute, oboe,
bassoon, typewriter, astrolabe, theodolite, microscope, test tube, Bunsen burner, circuit board,
vacuum tube, bellows, chisel, crowbar, pliers, jigsaw, scythe, plough, scarecrow, lighthouse,
pagoda, suit of armour, crossbow, aircraft carrier, biplane, telescope, planetarium, galaxy,
nebula, northern lights, tornado, starfish, octopus, squid, cuttlefish, seahorse, manta ray,
hammerhead shark, walrus, manatee, platypus, anteater, sloth, chameleon, ladybird, earthworm,
puffin, emu, woodpecker, kingfisher, vulture, asparagus, cauliflower, kohlrabi, okra, coconut,
durian, fig, papaya, cinnamon sticks, saffron, wasabi, sushi, paella, croissant, pretzel,
lasagne, oysters, dentures, plaster cast, pacemaker, cash register, slot machine, roulette
wheel, chessboard, dartboard, ice rink, curling stone, javelin, sumo wrestler, fencing match,
rhythmic gymnastics ribbon, rickshaw, gondola, cable car, oil rig, nuclear power station, wind
turbine, solar panel, blast furnace, spinning wheel, thimble, embroidery, sari, sombrero, fez,
tiara, pearl earrings, hourglass, coffin, altar, pulpit, fondue, whisk, rolling pin, fire
extinguisher, telephone box, traffic cone, passport, crossword, sheet music, bar chart, world
map
"""
MEANINGLESS = """
blorf, zquix, glarnax, wuggish, trelbo, plovarch, dreeb, vexlin, cronvel, bliptor, grubbix,
jaspel, klemvar, lurnity, nargle, oxbrid, stibbly, thwarn, umquist, yorvex, zibbet, asdfgh,
hjklö, a trelbo on a snorvit, two quindles, aeiouy, snargle, wibblet, bimwick, jibblenack,
murgatz, phlinx, scrobulate, dwanderel, hoxnar, wroskin, abnorvish
"""


@pytest.mark.slow
def test_that_what_photos_show_is_mostly_sure_and_what_they_do_not_mostly_not(
    tmp_path: Path, shared: Callable[[str], Path]
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for photo in sorted((shared("flickr8k") / "images").iterdir())[:300]:
        shutil.copy(photo, folder)

    with Library(tmp_path / "library", write=True, make_worker=CatalogueWorker) as library:
        library.index([folder], EMBEDDED)
        engine = library.search_engine

        def sure(words: str) -> float:
            results = [engine.by_query(parse(word), 1) for word in words.split(",")]
            return sum(result.confident > 0 for result in results) / len(results)

        shown, not_shown, meaningless = sure(SHOWN), sure(NOT_SHOWN), sure(MEANINGLESS)

    # Measured: .94, .29 and .19; before decision 0017 .28, .33 and .38.
    assert shown > 0.8
    assert not_shown < 0.4
    assert meaningless < 0.35
