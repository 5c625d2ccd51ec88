"""A new kind is an entry of `KINDS` and one of `STORES`: here, how sharp photos are."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from typing_extensions import override

from photofind.clip.encoder import Pixels
from photofind.domain import Embeddings, Failure, Fingerprint, PhotoId
from photofind.errors import ProducerError
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.events import Event, IndexFinished, PhotosChanged
from photofind.indexing.producers import KINDS, Kind
from photofind.library import Library
from photofind.library_status import read_status
from photofind.paths import LibraryPaths
from photofind.photos.decode import Picture, decode
from photofind.photos.picture_file import open_picture
from photofind.photos.thumbnails import ThumbnailCache
from photofind.settings import Settings
from photofind.store import derived, schema
from photofind.store.derived import MOST_TRIES, KindStatus, ProducerVersion
from photofind.store.files import STORES
from photofind.vectors.selector import EXACT_UNCHECKED
from tests.support.engine import Engine, in_this_process
from tests.support.fake_encoder import FakeEncoder, SlowEncoder

PICTURES = 40
BLURRED = 3
"""The picture that nothing can be said about."""


class Sharpness:
    """How much neighbouring pixels of a photo differ; one number."""

    decode_px = 32
    sets_decode_size = False

    def __init__(self, version: str = "1") -> None:
        self.version = ProducerVersion("sharpness", version)
        self.fails_on: set[Fingerprint] = set()
        self.measured: list[Fingerprint] = []

    def prepare(self, content: Fingerprint, picture: Picture) -> float:
        self.measured.append(content)
        if content in self.fails_on:
            raise ProducerError("It is too dark to say.")
        grey = np.asarray(picture.image.convert("L"), np.float32)
        return float(np.abs(np.diff(grey)).mean())

    def finish(self, prepared: Sequence[float]) -> Sequence[float]:
        return [round(sharpness, 3) for sharpness in prepared]


class Kept:
    """Where they are stored: a table of a test's own."""

    def store(
        self,
        connection: sa.Connection,
        producer: ProducerVersion,
        photo_ids: Sequence[PhotoId],
        products: Sequence[Any],
    ) -> None:
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS sharpness (photo_id INTEGER PRIMARY KEY, n, version)"
        )
        rows = [
            (photo_id, sharpness, producer.version)
            for photo_id, sharpness in zip(photo_ids, products, strict=True)
        ]
        connection.exec_driver_sql("INSERT OR REPLACE INTO sharpness VALUES (?, ?, ?)", rows)

    def versions(self, engine: Engine) -> list[str]:
        with engine.database.reading() as connection:
            return list(connection.scalars(sa.text("SELECT version FROM sharpness")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for seed in range(PICTURES):
        draw_scene(seed, (64, 48)).image.save(folder / f"{seed:02}.png")
    return folder


@pytest.fixture
def open_engine(tmp_path: Path, folder: Path) -> Callable[..., Engine]:
    """A new process, as it were."""

    def open_engine(encoder: FakeEncoder | None = None, settings: Settings | None = None) -> Engine:
        used = encoder or FakeEncoder("made up")
        return Engine(
            tmp_path / "library",
            [folder],
            settings=settings,
            make_worker=lambda paths, settings: in_this_process(paths, settings, used),
        )

    return open_engine


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch, kept: Kept) -> Callable[[Sharpness], Sharpness]:
    """What adding a kind to the program takes."""

    def register(producer: Sharpness) -> Sharpness:
        monkeypatch.setitem(KINDS, "sharpness", Kind(lambda _: producer, priority=1))
        monkeypatch.setitem(STORES, "sharpness", kept.store)
        return producer

    return register


def status_of(engine: Engine, family: str) -> KindStatus:
    status = read_status(engine.catalogue, lambda *_: EXACT_UNCHECKED)
    (found,) = [kind for kind in status.derived if kind.progress.producer.family == family]
    return found


def progress_of(engine: Engine, family: str) -> tuple[int, int, int, int]:
    came = status_of(engine, family).progress
    return came.done, came.retry, came.failed, came.total


def fingerprint_at(engine: Engine, path: Path) -> Fingerprint:
    with engine.database.reading() as connection:
        statement = (
            sa.select(schema.photos.c.fingerprint)
            .join(schema.files)
            .where(schema.files.c.path_text == path.name)
        )
        return Fingerprint(connection.execute(statement).scalar_one())


def test_that_a_new_kind_is_made_of_all_photos_and_nothing_else_again(
    open_engine: Callable[..., Engine], register: Callable[[Sharpness], Sharpness], kept: Kept
) -> None:
    with open_engine() as engine:
        engine.run()
    encoder = SlowEncoder(10_000)
    encoder.space = FakeEncoder("made up").space
    sharpness = register(Sharpness())
    with open_engine(encoder) as engine:
        report = engine.run()
        assert kept.versions(engine) == ["1"] * PICTURES
        assert progress_of(engine, "sharpness") == (PICTURES, 0, 0, PICTURES)
        assert progress_of(engine, "embedding") == (PICTURES, 0, 0, PICTURES)
        engine.run()
    assert len(sharpness.measured) == PICTURES
    assert (report.embedded, encoder.encoded) == (0, 0)


def test_that_a_photo_is_decoded_once_for_all_kinds(
    open_engine: Callable[..., Engine],
    register: Callable[[Sharpness], Sharpness],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoded: list[str] = []

    def counted(data: bytes, **options: Any) -> Picture:
        decoded.append(options["name"])
        picture: Picture = decode(data, **options)
        return picture

    monkeypatch.setattr("photofind.indexing.stages.decode", counted)
    register(Sharpness())
    with open_engine() as engine:
        engine.run()
        assert progress_of(engine, "sharpness")[0] == PICTURES
        assert progress_of(engine, "thumbnail")[0] == PICTURES
    assert len(decoded) == PICTURES


def test_that_a_photo_that_fails_is_tried_again_then_left_alone_then_tried_when_asked(
    open_engine: Callable[..., Engine],
    register: Callable[[Sharpness], Sharpness],
    kept: Kept,
    folder: Path,
) -> None:
    path = folder / f"{BLURRED:02}.png"
    with open_engine() as engine:
        engine.run()
        blurred = fingerprint_at(engine, path)
    sharpness = register(Sharpness())
    sharpness.fails_on = {blurred}
    with open_engine() as engine:
        for tries in range(1, MOST_TRIES + 1):
            report = engine.run()
            left_alone = tries == MOST_TRIES
            expected = PICTURES - 1, int(not left_alone), int(left_alone), PICTURES
            assert progress_of(engine, "sharpness") == expected
            assert report.failures == ()
        assert sharpness.measured.count(blurred) == MOST_TRIES
        assert status_of(engine, "sharpness").failures == (Failure(path, "It is too dark to say."),)
        assert progress_of(engine, "embedding") == (PICTURES, 0, 0, PICTURES)
        engine.run()
        assert sharpness.measured.count(blurred) == MOST_TRIES

        sharpness.fails_on = set()
        with engine.database.writing() as connection:
            derived.forget_failures(connection)
        engine.run()
        assert progress_of(engine, "sharpness") == (PICTURES, 0, 0, PICTURES)
        assert len(kept.versions(engine)) == PICTURES
        assert status_of(engine, "sharpness").failures == ()


def test_that_another_version_is_made_of_all_photos_again(
    open_engine: Callable[..., Engine], register: Callable[[Sharpness], Sharpness], kept: Kept
) -> None:
    register(Sharpness("1"))
    with open_engine() as engine:
        engine.run()
    register(Sharpness("2"))
    with open_engine() as engine:
        report = engine.run()
        assert kept.versions(engine) == ["2"] * PICTURES
        assert progress_of(engine, "sharpness") == (PICTURES, 0, 0, PICTURES)
    assert report.embedded == 0


def test_that_a_kind_of_low_priority_comes_with_the_second_pass(
    open_engine: Callable[..., Engine], register: Callable[[Sharpness], Sharpness]
) -> None:
    sharpness = register(Sharpness())
    measured: list[int] = []

    def note(event: Event) -> None:
        if isinstance(event, PhotosChanged) and not event.searchable:
            measured.append(len(sharpness.measured))

    with open_engine(SlowEncoder(0.01)) as engine:
        engine.run(listener=note)
        assert progress_of(engine, "sharpness")[0] == PICTURES
    assert measured
    assert not any(measured)


def test_that_thumbnails_of_another_size_are_made_again(
    open_engine: Callable[..., Engine], folder: Path
) -> None:
    with open_engine() as engine:
        engine.run()
        content = fingerprint_at(engine, folder / "00.png")
        before = ThumbnailCache(engine.paths.thumbnails).load(content)
    encoder = SlowEncoder(10_000)
    encoder.space = FakeEncoder("made up").space
    with open_engine(encoder, Settings(thumbnail_px=48)) as engine:
        report = engine.run()
        after = ThumbnailCache(engine.paths.thumbnails).load(content)
        assert progress_of(engine, "thumbnail") == (PICTURES, 0, 0, PICTURES)
    assert before is not None
    assert after is not None
    assert before != after
    assert encoder.encoded == 0
    assert (report.embedded, report.unchanged) == (0, PICTURES)


def test_that_thumbnails_that_somebody_deleted_are_made_again(tmp_path: Path, folder: Path) -> None:
    encoder = SlowEncoder(10_000)

    def index() -> None:
        with Library(
            tmp_path / "library",
            write=True,
            make_worker=lambda paths, settings, _: in_this_process(paths, settings, encoder),
        ) as library:
            library.index([folder])

    index()
    thumbnails = LibraryPaths(tmp_path / "library").thumbnails
    before = sorted(thumbnails.rglob("*.jpg"))
    for part in thumbnails.iterdir():
        shutil.rmtree(part)
    index()
    assert len(before) == PICTURES
    assert sorted(thumbnails.rglob("*.jpg")) == before
    assert encoder.encoded == PICTURES


class BlindEncoder(FakeEncoder):
    """Makes numbers that are none of one picture."""

    blind_to: bytes = b""

    @override
    def encode_images(self, pixels: Pixels) -> Embeddings:
        vectors = super().encode_images(pixels)
        for row, picture in enumerate(pixels):
            if picture.tobytes() == self.blind_to:
                vectors[row] = np.nan
        return vectors


def test_that_a_picture_that_cannot_be_embedded_costs_no_other_its_embedding(
    open_engine: Callable[..., Engine], folder: Path
) -> None:
    encoder = BlindEncoder("made up")
    path = folder / f"{BLURRED:02}.png"
    picture = draw_scene(BLURRED, (64, 48)).image
    encoder.blind_to = encoder.preprocess.pixels(picture).tobytes()
    with open_engine(encoder) as engine:
        report: IndexFinished = engine.run()
        assert engine.coverage() == (PICTURES - 1, PICTURES, 0)
        (failure,) = status_of(engine, "embedding").failures
        content = fingerprint_at(engine, path)
        assert ThumbnailCache(engine.paths.thumbnails).load(content) is not None
    assert failure.path == path
    assert report.failures == ()
    assert report.embedded == PICTURES - 1


def test_that_a_photo_is_embedded_as_a_query_by_its_file_is(tmp_path: Path) -> None:
    """Thumbnails want more pixels of it: what is decoded at another size has other pixels."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    path = pictures / "large.jpg"
    draw_scene(7, (1600, 1200)).image.save(path)
    encoder = FakeEncoder("made up")
    with Engine(
        tmp_path / "library",
        [pictures],
        make_worker=lambda paths, settings: in_this_process(paths, settings, encoder),
    ) as engine:
        engine.run()
        (row,) = engine.catalogue.photos.all_rows().photo_ids.tolist()
        stored = engine.catalogue.embeddings.of(PhotoId(row))
    picture = open_picture(path, encoder.preprocess.decode_px)
    asked = encoder.encode_images(encoder.preprocess.pixels(picture.image)[np.newaxis])[0]
    assert stored is not None
    np.testing.assert_allclose(stored, asked, atol=1e-6)
