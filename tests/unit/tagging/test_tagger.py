import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.tagging.tagger import (
    FEWEST_PHOTOS,
    MOST_PER_PHOTO,
    STANDS_OUT,
    Suggested,
    measure,
    suggest_tags,
)

DIM, TAGS, PHOTOS = 128, 60, 600


def _unit(vectors: NDArray[np.floating]) -> Embeddings:
    unit: Embeddings = (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(
        np.float32
    )
    return unit


@pytest.fixture
def labels() -> Embeddings:
    return _unit(np.random.default_rng(1).normal(size=(TAGS, DIM)))


def _library(labels: Embeddings, shows: dict[int, list[int]], seed: int = 0) -> Embeddings:
    """Photos of nothing in particular, but photo N shows the tags of `shows[N]`."""
    photos = np.random.default_rng(seed).normal(size=(PHOTOS, DIM)) / np.sqrt(DIM)
    for photo, tags in shows.items():
        photos[photo] += sum(0.9 * labels[tag] for tag in tags)
    return _unit(photos)


def _suggested(labels: Embeddings, photos: Embeddings) -> Suggested:
    return suggest_tags(measure(labels, photos), photos)


def _pairs(labels: Embeddings, photos: Embeddings) -> set[tuple[int, int]]:
    found = _suggested(labels, photos)
    return set(zip(found.rows.tolist(), found.tags.tolist(), strict=True))


def test_that_what_stands_out_is_suggested_and_little_else(labels: Embeddings) -> None:
    shows = {photo: [photo % 20] for photo in range(0, PHOTOS, 10)}

    found = _pairs(labels, _library(labels, shows))

    shown = {(photo, tag) for photo, tags in shows.items() for tag in tags}
    assert len(found & shown) >= 0.9 * len(shown)
    assert len(found - shown) <= 0.1 * len(shown)


def test_that_a_library_without_anything_special_gets_no_tags(labels: Embeddings) -> None:
    assert len(_pairs(labels, _library(labels, {}))) <= 3


def test_that_a_tag_on_a_fifth_of_the_library_is_still_found(labels: Embeddings) -> None:
    shows = {photo: [7] for photo in range(0, PHOTOS, 5)}

    found = _pairs(labels, _library(labels, shows))

    assert len(found & {(photo, 7) for photo in shows}) >= 0.9 * len(shows)


def test_that_a_tag_that_is_nearly_everywhere_is_left_out(labels: Embeddings) -> None:
    shows = {photo: [7] for photo in range(0, PHOTOS, 5)} | {
        photo: [7] for photo in range(1, PHOTOS, 5)
    }

    assert 7 not in {tag for _, tag in _pairs(labels, _library(labels, shows))}


def test_that_a_photo_that_scores_high_for_everything_gets_no_tags(labels: Embeddings) -> None:
    photos = _library(labels, {})
    photos[3] = _unit(photos[3] + 2 * labels.mean(axis=0) / np.linalg.norm(labels.mean(axis=0)))

    assert 3 not in {photo for photo, _ in _pairs(labels, photos)}


def test_that_a_photo_gets_a_few_tags_best_first(
    labels: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.tagging.tagger.STANDS_OUT", 1.0)

    found = _suggested(labels, _library(labels, {}))

    assert np.bincount(found.rows).max() == MOST_PER_PHOTO
    same = found.rows[1:] == found.rows[:-1]
    assert np.all(found.scores[1:][same] <= found.scores[:-1][same])


def test_that_chosen_photos_get_what_they_get_with_all(labels: Embeddings) -> None:
    photos = _library(labels, {photo: [photo % 20] for photo in range(0, PHOTOS, 10)})
    chosen = np.arange(100, 300)

    found = suggest_tags(measure(labels, photos), photos[chosen])

    everything = _suggested(labels, photos)
    kept = np.isin(everything.rows, chosen)
    assert (found.rows + chosen[0]).tolist() == everything.rows[kept].tolist()
    assert found.tags.tolist() == everything.tags[kept].tolist()


@pytest.mark.parametrize("photos", [0, 1, FEWEST_PHOTOS - 1])
def test_that_in_a_few_photos_nothing_stands_out(labels: Embeddings, photos: int) -> None:
    assert len(_suggested(labels, _library(labels, {0: [1]})[:photos]).rows) == 0


def test_that_a_library_of_copies_gets_no_tags(labels: Embeddings) -> None:
    copies = np.repeat(_library(labels, {0: [1]})[:1], 50, axis=0)

    assert len(_suggested(labels, copies).rows) == 0


def test_that_on_real_embeddings_most_suggestions_are_named_by_a_caption(
    shared: Callable[[str], Path],
) -> None:
    photos, labels, named = _recorded(shared("recorded_clip"))

    found = _suggested(labels, photos)

    right = named[found.rows, found.tags].mean()
    assert right >= 0.6, f"{right:.3f}"
    assert right >= 40 * named.mean()
    assert 0.25 <= len(set(found.rows.tolist())) / len(photos) <= 0.6
    assert float(found.scores.min()) >= STANDS_OUT


def _recorded(folder: Path) -> tuple[Embeddings, Embeddings, NDArray[np.bool_]]:
    """Photos, the COCO names' embeddings, and whether a caption names a thing in any number."""
    captions: defaultdict[int, str] = defaultdict(str)
    with (folder / "captions.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            captions[int(line["row"])] += " " + line["caption"].lower()
    rows = sorted(captions)
    photos = np.load(folder / "flickr8k_1000_image_vitb32_f16.npy")[rows]
    names = json.loads((folder / "text_names.json").read_text("utf-8"))["coco"]
    labels = np.load(folder / "text_vitb32.npz")["coco"]
    patterns = [re.compile(rf"\b{re.escape(name)}(s|es)?\b") for name in names]
    named = np.array(
        [[bool(pattern.search(captions[row])) for pattern in patterns] for row in rows]
    )
    return _unit(photos.astype(np.float32)), _unit(labels.astype(np.float32)), named
