"""When a photo counts as an edit of another."""

from pathlib import Path

import numpy as np
import pytest

from photofind.domain import PhotoId, PhotoMetadata
from photofind.indexing.succession import Bounds, best_matches, bounds_of, judge
from photofind.store.lookalikes import Candidate, Lookalikes
from photofind.store.successions import Verdict

SHOT = PhotoMetadata(taken_at="2019-07-01T12:00:00", camera="Nikon D750")
LATER = PhotoMetadata(taken_at="2019-07-01T12:00:01", camera="Nikon D750")
OTHER = PhotoMetadata(taken_at="2020-01-01T00:00:00", camera="Canon EOS 5D")
NOTHING = PhotoMetadata()


@pytest.mark.parametrize(
    ("before", "after", "cosine", "verdict"),
    [
        (SHOT, SHOT, 0.1, Verdict.EDITED),
        (SHOT, SHOT, None, Verdict.EDITED),
        (SHOT, OTHER, 0.99, Verdict.REPLACED),
        (SHOT, LATER, 0.9, Verdict.EDITED),
        (SHOT, LATER, 0.7, Verdict.REPLACED),
        (SHOT, NOTHING, 0.9, Verdict.EDITED),
        (NOTHING, NOTHING, 0.8, Verdict.EDITED),
        (NOTHING, NOTHING, 0.79, Verdict.REPLACED),
        (NOTHING, NOTHING, None, Verdict.UNDECIDED),
        (PhotoMetadata(camera="a"), PhotoMetadata(camera="b"), 0.9, Verdict.EDITED),
    ],
)
def test_that_date_and_camera_count_before_looks(
    before: PhotoMetadata, after: PhotoMetadata, cosine: float | None, verdict: Verdict
) -> None:
    assert judge(before, after, cosine, 0.8) is verdict


def test_that_bounds_lie_above_what_different_photos_reach() -> None:
    cosines = np.random.default_rng(0).normal(0.5, 0.1, 30_000).tolist()

    bounds = bounds_of(cosines)

    assert (round(bounds.alike, 1), round(bounds.most_alike, 1)) == (0.8, 0.9)
    assert np.mean(np.array(cosines) >= bounds.alike) < 0.002


def test_that_bounds_stay_below_what_saving_anew_changes() -> None:
    assert bounds_of([0.95, 0.99, 0.97]) == Bounds(0.97, 0.97)


def test_that_without_photos_the_bounds_are_those_of_the_embedded_checkpoint() -> None:
    bounds = bounds_of(())
    assert (bounds.alike, bounds.most_alike) == pytest.approx((0.8, 0.95))


def _candidate(
    number: int, path: str, angle: float = 0.0, metadata: PhotoMetadata = NOTHING
) -> Candidate:
    vector = np.array([np.cos(angle), np.sin(angle)], np.float32)
    return Candidate(PhotoId(number), (Path(path),), metadata, vector)


BOUNDS = Bounds(0.8, 0.95)


def _matches(
    *new: Candidate, gone: Candidate, beside: tuple[Candidate, ...] = (), many: int = 0
) -> list[int]:
    crowd = tuple(_candidate(1000 + n, f"/x/{n}.jpg", 3.0) for n in range(many))
    found = Lookalikes((gone,), (*new, *crowd), beside, frozenset())
    return [here.photo for _, here, _ in best_matches(found, BOUNDS)]


def test_that_what_looks_most_like_a_gone_photo_is_offered() -> None:
    gone = _candidate(1, "/a/beach.jpg")
    near, nearer, far = (
        _candidate(number, f"/b/{number}.jpg", angle)
        for number, angle in ((5, 0.4), (6, 0.2), (7, 1.2))
    )
    assert _matches(near, nearer, far, gone=gone) == [6]
    assert _matches(far, gone=gone) == []


def test_that_among_many_photos_only_the_most_alike_is_offered() -> None:
    gone = _candidate(1, "/a/beach.jpg")

    assert _matches(_candidate(5, "/b/5.jpg", 0.5), gone=gone) == [5]
    assert _matches(_candidate(5, "/b/5.jpg", 0.5), gone=gone, many=1200) == []
    assert _matches(_candidate(5, "/b/5.jpg", 0.1), gone=gone, many=1200) == [5]


@pytest.mark.parametrize(
    ("name", "related"),
    [
        ("IMG_1-edited.jpg", True),
        ("img_1 (2).png", True),
        ("IMG_1.heic", True),
        ("IMG.jpg", True),
        ("IMG_10.jpg", False),
        ("IMG_2.jpg", False),
    ],
)
def test_that_related_names_make_up_for_looks(name: str, related: bool) -> None:
    gone = _candidate(1, "/a/IMG_1.jpg")
    beside = _candidate(5, f"/a/{name}", 0.5)

    assert _matches(gone=gone, many=1200, beside=(beside,)) == ([5] if related else [])


def test_that_an_older_photo_is_no_edit_of_a_newer_one() -> None:
    beside = _candidate(1, "/a/IMG_1-edited.jpg")
    assert _matches(gone=_candidate(5, "/a/IMG_1.jpg"), beside=(beside,)) == []


def test_that_the_same_shot_is_offered_and_another_one_is_not() -> None:
    gone = _candidate(1, "/a/1.jpg", 0.0, SHOT)

    assert _matches(_candidate(5, "/b/5.jpg", 1.5, SHOT), gone=gone) == [5]
    assert _matches(_candidate(5, "/b/5.jpg", 0.0, OTHER), gone=gone) == []
