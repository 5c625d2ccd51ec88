from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from numpy.typing import NDArray

from photofind.clip.encoder import encode_picture
from photofind.clip.preprocess import Preprocess
from photofind.clip.prompts import encode_queries
from photofind.domain import Embeddings, EmbeddingSpace, PhotoId
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.search.calibration import calibrate
from photofind.search.engine import RankingDepth, SearchEngine
from photofind.search.parser import parse
from photofind.search.query import PictureFile
from photofind.store.filter_kinds import FROM
from photofind.store.filters import Condition, Filters, Group
from photofind.store.names import FILE
from photofind.vectors.exact import ExactIndex

DIM = 64
PHOTOS = 400


class WordEncoder:
    """Every distinct word is a direction of its own; a text is the sum of its words.

    Photo number N of the index below lies in the direction of the word "photoN".
    """

    space = EmbeddingSpace("words", "0" * 64, 1, DIM)
    preprocess = Preprocess(8, (0, 0, 0), (1, 1, 1))

    @property
    def encodes_per_s(self) -> float:
        return 1.0

    def encode_images(self, pixels: np.ndarray) -> Embeddings:
        return _unit(pixels.reshape(len(pixels), -1)[:, :DIM].astype(np.float32) + 1)

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        words = [text.lower().replace(".", "").split() for text in texts]
        return _unit(np.stack([sum(_direction(word) for word in text) for text in words]))


def _unit(vectors: np.ndarray) -> Embeddings:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Embeddings = (vectors / lengths).astype(np.float32)
    return unit


def _direction(word: str) -> Embeddings:
    seed = int.from_bytes(word.encode()[-4:], "little")
    return _unit(np.random.default_rng(seed).normal(size=DIM))


class Places:
    """A catalogue of photos that were taken one a year, photo 1 in 1901; photo 0 has no date.

    Photo 7 is 7.jpg; those of `copies` are called otherwise as well.
    """

    def __init__(
        self, photo_ids: Iterable[int], copies: Mapping[int, str] = MappingProxyType({})
    ) -> None:
        self._photo_ids = sorted(photo_ids)
        self._copies = copies

    def select(self, filters: Filters) -> NDArray[np.int64]:
        passing = [
            number
            for number in self._photo_ids
            if all(self._file(number, one) is not None for one in filters)
        ]
        return np.array(passing, np.int64)

    def _file(self, number: int, condition: Condition) -> str | None:
        """The file of a photo that passes a condition on dates or names."""
        files = [f"{number}.jpg", *filter(None, [self._copies.get(number)])]
        if isinstance(condition, Group):
            found = (self._file(number, one) for one in condition.members)
            return next(filter(None, found), None)
        if condition.kind is FROM:
            return files[0] if number >= condition.value.year - 1900 else None
        wanted = condition.value if condition.kind is FILE else "nothing is called this"
        return next((file for file in files if wanted in file), None)

    def newest(self, filters: Filters, top_k: int) -> tuple[list[PhotoId], int]:
        chosen = self.select(filters)[::-1].tolist()
        return chosen[:top_k], len(chosen)

    def locate(self, photo_ids: Sequence[PhotoId], filters: Filters) -> Mapping[PhotoId, Path]:
        files = {
            id_: [self._file(id_, one) for one in filters] or [f"{id_}.jpg"]
            for id_ in photo_ids
            if id_ in self._photo_ids
        }
        shown = {id_: own[-1] for id_, own in files.items() if None not in own}
        return {id_: Path("/", name) for id_, name in shown.items() if name is not None}


@pytest.fixture(scope="module")
def engine() -> SearchEngine:
    encoder = WordEncoder()
    photos = encoder.encode_texts([f"photo{number}" for number in range(PHOTOS)])
    background = encode_queries(encoder, [f"thing{number}" for number in range(300)])
    index = ExactIndex(np.arange(PHOTOS), photos)
    return SearchEngine(encoder, index, calibrate(background, photos), Places(range(PHOTOS)))


def test_that_the_photo_a_query_names_comes_first_and_is_sure(engine: SearchEngine) -> None:
    result = engine.by_query(parse("photo123"), 10)

    assert result.hits[0].photo_id == 123
    assert result.hits[0].confident
    assert [hit.rank for hit in result.hits] == list(range(1, 11))


def test_that_hits_of_unrelated_words_are_mostly_guesses(engine: SearchEngine) -> None:
    results = [engine.by_query(parse(f"stranger{number}"), 5) for number in range(100)]

    # The bound is the best that half of such words reach.
    assert sum(result.confident == 0 for result in results) > 30
    assert sum(hit.confident for result in results for hit in result.hits) < 0.4 * 5 * 100


def test_that_the_sure_ones_are_counted_beyond_the_hits_shown(engine: SearchEngine) -> None:
    full = engine.by_query(parse("photo1 photo2 photo3"), PHOTOS)

    assert full.confident == sum(hit.confident for hit in full.hits) >= 3
    assert engine.by_query(parse("photo1 photo2 photo3"), 1).confident == full.confident


def test_that_the_tail_is_left_out_only_beyond_sure_hits(engine: SearchEngine) -> None:
    sure = engine.by_query(parse("photo7"), 20).without_tail()
    assert sure.hits
    assert all(hit.confident for hit in sure.hits)

    guesses = [engine.by_query(parse(f"stranger{number}"), 5) for number in range(20)]
    unsure = next(result for result in guesses if not result.confident)
    assert len(unsure.without_tail().hits) == 5


def test_that_photos_without_a_place_are_no_hits() -> None:
    encoder = WordEncoder()
    photos = encoder.encode_texts(["photo0", "photo1", "photo2"])
    calibration = calibrate(encoder.encode_texts(["thing1", "thing2"]), photos)
    engine = SearchEngine(encoder, ExactIndex(np.arange(3), photos), calibration, Places([1]))

    hits = engine.by_query(parse("photo0"), 3).hits

    assert [(hit.rank, hit.photo_id) for hit in hits] == [(1, 1)]


def test_that_a_picture_is_scored_by_cosine() -> None:
    encoder = WordEncoder()
    pictures = [draw_scene(seed, (64, 48)).image for seed in range(30)]
    vectors = encoder.encode_images(
        np.stack([encoder.preprocess.pixels(picture) for picture in pictures])
    )
    calibration = calibrate(encoder.encode_texts(["thing1", "thing2"]), vectors)
    engine = SearchEngine(
        encoder, ExactIndex(np.arange(30), vectors), calibration, Places(range(30))
    )

    best = engine.by_embedding(encode_picture(encoder, pictures[17]), 1).hits[0]

    assert best.photo_id == 17
    assert best.score == pytest.approx(1, abs=1e-5)


def test_that_centring_takes_off_what_a_photo_scores_for_everything() -> None:
    """A photo near the background's mean would otherwise be among the hits of every query."""
    encoder = WordEncoder()
    background = encode_queries(encoder, [f"thing{number}" for number in range(300)])
    photos = encoder.encode_texts([f"photo{number}" for number in range(PHOTOS)])
    photos[0] = _unit(background.mean(axis=0))
    calibration = calibrate(background, photos)
    queries = encode_queries(encoder, [f"stranger{number}" for number in range(100)])

    plain = np.argmax(queries @ photos.T, axis=1)
    centred = np.argmax(np.stack([calibration.centred(q) for q in queries]) @ photos.T, axis=1)

    assert np.mean(plain == 0) > 0.5
    assert np.mean(centred == 0) < 0.2 * np.mean(plain == 0)


def test_that_an_empty_library_is_calibrated_too() -> None:
    encoder = WordEncoder()
    empty = np.empty((0, DIM), np.float32)
    calibration = calibrate(encoder.encode_texts(["thing1"]), empty)
    index = ExactIndex(np.empty(0, np.int64), empty)

    assert (
        SearchEngine(encoder, index, calibration, Places([])).by_query(parse("dog"), 5).hits == ()
    )


def test_that_only_what_passes_a_filter_is_ranked(engine: SearchEngine) -> None:
    everything = engine.by_query(parse("photo100 photo250 photo350"), PHOTOS)
    some = engine.by_query(parse("photo100 photo250 photo350 from:2100"), 5)

    expected = [hit for hit in everything.hits if hit.photo_id >= 200]
    assert [hit.photo_id for hit in some.hits] == [hit.photo_id for hit in expected[:5]]
    assert [hit.rank for hit in some.hits] == [1, 2, 3, 4, 5]
    assert (some.total, some.filtered, some.by_date) == (200, True, False)


def test_that_what_is_sure_does_not_depend_on_the_filter(engine: SearchEngine) -> None:
    everything = engine.by_query(parse("photo100 photo250 photo350"), PHOTOS)
    some = engine.by_query(parse("photo100 photo250 photo350 from:2100"), 1)

    sure = [hit.photo_id for hit in everything.hits if hit.confident]
    assert some.confident == sum(photo_id >= 200 for photo_id in sure) == 2
    assert some.hits[0].confident


def test_that_filters_alone_list_the_newest_first(engine: SearchEngine) -> None:
    result = engine.by_query(parse("from:2290"), 3)

    assert [hit.photo_id for hit in result.hits] == [399, 398, 397]
    assert [hit.rank for hit in result.hits] == [1, 2, 3]
    assert all(hit.score == 0 and not hit.confident for hit in result.hits)
    assert (result.total, result.confident, result.by_date) == (10, 0, True)
    assert result.without_tail() == result


def test_that_a_filter_nothing_passes_finds_nothing(engine: SearchEngine) -> None:
    for query in ("from:2300", "photo1 from:2300"):
        result = engine.by_query(parse(query), 5)

        assert (result.hits, result.total, result.confident) == ((), 0, 0)


def test_that_photos_newer_than_the_index_are_listed_and_not_scored() -> None:
    encoder = WordEncoder()
    photos = encoder.encode_texts(["photo0", "photo1", "photo2"])
    calibration = calibrate(encoder.encode_texts(["thing1", "thing2"]), photos)
    index = ExactIndex(np.arange(3), photos)
    engine = SearchEngine(encoder, index, calibration, Places([0, 1, 2, 7]))

    assert [hit.photo_id for hit in engine.by_query(parse("from:1901"), 9).hits] == [7, 2, 1]
    scored = engine.by_query(parse("photo1 from:1901"), 9)
    assert [hit.photo_id for hit in scored.hits] == [1, 2]
    assert scored.total == 2


def test_that_a_ranking_reaches_beyond_the_confident_photos() -> None:
    encoder = WordEncoder()
    photos = encoder.encode_texts([f"photo{number}" for number in range(PHOTOS)])
    background = encode_queries(encoder, [f"thing{number}" for number in range(300)])
    engine = SearchEngine(
        encoder, ExactIndex(np.arange(PHOTOS), photos), calibrate(background, photos), Places([])
    )

    ranking = engine.rank_query(parse("photo7"), RankingDepth(5, after_confident=True))

    assert ranking.confident > 0
    assert len(ranking.photo_ids) == ranking.confident + 5
    assert ranking.scores[ranking.confident - 1] > ranking.threshold
    assert ranking.scores[ranking.confident] <= ranking.threshold


def test_that_every_picture_and_text_of_a_query_counts(engine: SearchEngine) -> None:
    def best(typed: str, **pictures: str) -> list[int]:
        encoder = WordEncoder()
        vectors = {
            PictureFile(Path(name)): encoder.encode_texts([words])[0]
            for name, words in pictures.items()
        }
        return [hit.photo_id for hit in engine.by_query(parse(typed), 2, vectors).hits]

    assert set(best("photo11 + photo22")) == {11, 22}
    assert best("3:photo11 + photo22")[0] == 11
    assert best("0.3:photo11 + photo22")[0] == 22
    assert best("photo11 photo22 - photo11")[0] == 22
    assert set(best("photo11 image:sea", sea="photo33")) == {11, 33}
    assert best("photo11 photo33 -image:sea", sea="photo33")[0] == 11


def test_that_one_text_is_ranked_as_ever_whatever_its_weight(engine: SearchEngine) -> None:
    plain = engine.by_query(parse("photo7"), 9).hits

    assert engine.by_query(parse("3:photo7"), 9).hits == plain


def test_that_what_is_subtracted_comes_last(engine: SearchEngine) -> None:
    hits = engine.by_query(parse("-photo7"), PHOTOS).hits

    assert hits[-1].photo_id == 7
    assert not hits[-1].confident


@pytest.fixture(scope="module")
def naming() -> SearchEngine:
    """Knows photos 5 and 9 by name as well, and photo 800, which has no embedding."""
    encoder = WordEncoder()
    photos = encoder.encode_texts([f"photo{number}" for number in range(PHOTOS)])
    background = encode_queries(encoder, [f"thing{number}" for number in range(300)])
    places = Places([*range(PHOTOS), 800], {5: "IMG_1234.jpg", 9: "IMG_1234b.jpg", 800: "IMG_1234"})
    index = ExactIndex(np.arange(PHOTOS), photos)
    return SearchEngine(encoder, index, calibrate(background, photos), places)


def test_that_photos_called_so_come_first(naming: SearchEngine) -> None:
    result = naming.by_query(parse("IMG_1234"), 5)

    assert [(hit.photo_id, hit.named, hit.confident) for hit in result.hits[:3]] == [
        (800, True, True),
        (9, True, True),
        (5, True, True),
    ]
    assert [hit.path.name for hit in result.hits[:3]] == [
        "IMG_1234",
        "IMG_1234b.jpg",
        "IMG_1234.jpg",
    ]
    assert [hit.named for hit in result.hits[3:]] == [False, False]
    assert result.hits[0].score == 0
    assert result.confident >= 3
    assert len({hit.photo_id for hit in result.hits}) == 5


def test_that_a_name_is_looked_for_among_what_passes(naming: SearchEngine) -> None:
    result = naming.by_query(parse("IMG_1234 from:1908"), 3)

    assert [hit.photo_id for hit in result.hits if hit.named] == [800, 9]


def test_that_a_composed_query_is_no_name(naming: SearchEngine) -> None:
    for typed in ("IMG_1234 - snow", "- IMG_1234", "IMG_1234 + photo7"):
        assert not any(hit.named for hit in naming.by_query(parse(typed), 9).hits)


def test_that_a_photo_is_no_hit_twice(naming: SearchEngine) -> None:
    """Photo 9 is called so and looks so."""
    result = naming.by_query(parse("photo9 IMG_1234b"), PHOTOS + 1)

    assert result.hits[0].photo_id == 9
    assert [hit.photo_id for hit in result.hits].count(PhotoId(9)) == 1
    assert len(result.hits) == PHOTOS
    assert result.confident == sum(hit.confident for hit in result.hits)
