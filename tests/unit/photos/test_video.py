import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from photofind.domain import FoundFile, PhotoMetadata
from photofind.errors import MissingExtraError, UnreadablePhotoError
from photofind.photos import formats
from photofind.photos.decode import decode
from photofind.photos.formats import HEAD_BYTES, NotAPhoto, identify, may_be_photo, sniff
from photofind.photos.metadata import read_metadata
from photofind.photos.scan import scan

from .pictures import colour_at, corners, nearest_corner_colours, scene
from .videos import CODECS, MATRICES, sound_only, turned, video_of

needs_av = pytest.mark.skipif(find_spec("av") is None, reason="needs PyAV: photofind[video]")

UPRIGHT = ["red", "lime", "blue", "yellow"]
SIZE = (160, 96)
EXTENSIONS = ["mp4", "m4v", "mov", "avi", "mkv", "webm", "3gp", "mts", "m2ts", "wmv", "mpg", "mpeg"]
STORED_AS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def plain(colour: str) -> Image.Image:
    return Image.new("RGB", SIZE, colour)


@cache
def coloured_corners(container: str = "mp4") -> bytes:
    return video_of([corners(*SIZE)] * 30, container)


@pytest.fixture
def without_av(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if PyAV were not installed."""
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    formats.videos_are_read.cache_clear()
    yield
    formats.videos_are_read.cache_clear()


@pytest.fixture
def with_av(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if PyAV were installed, for what needs no more than its name."""
    monkeypatch.setattr(
        formats, "find_spec", lambda name: ModuleSpec(name, None, origin="__init__.py")
    )
    formats.videos_are_read.cache_clear()
    yield
    formats.videos_are_read.cache_clear()


MP4_HEAD = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
TS_HEAD = (b"G\x40\x00\x10" + bytes(184)) * 3
M2TS_HEAD = (bytes(4) + b"G\x40\x00\x10" + bytes(184)) * 3


@pytest.mark.usefixtures("with_av")
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_that_a_video_may_be_a_photo_where_it_can_be_read(extension: str) -> None:
    assert may_be_photo(f"a.{extension}")
    assert may_be_photo(f"A.{extension.upper()}")


@pytest.mark.usefixtures("without_av")
def test_that_a_scan_passes_videos_over_where_they_cannot_be_read(tmp_path: Path) -> None:
    for name in ["a.jpg", *(f"b.{extension}" for extension in EXTENSIONS)]:
        (tmp_path / name).write_bytes(MP4_HEAD)
    assert [found.path.name for found in scan(tmp_path) if isinstance(found, FoundFile)] == [
        "a.jpg"
    ]
    assert sniff(MP4_HEAD, "b") is None
    with pytest.raises(NotAPhoto):
        identify(MP4_HEAD, "b")
    with pytest.raises(UnreadablePhotoError, match="content is not a picture"):
        identify(MP4_HEAD, "b.jpg")


@pytest.mark.usefixtures("without_av")
def test_that_a_video_named_by_a_person_says_what_is_missing() -> None:
    with pytest.raises(MissingExtraError, match=r"photofind\[video\]"):
        decode(MP4_HEAD, name="b.mp4")


def test_that_a_folder_named_av_is_not_taken_for_pyav(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: ModuleSpec(name, None))
    formats.videos_are_read.cache_clear()
    assert not formats.videos_are_read()
    formats.videos_are_read.cache_clear()


@pytest.mark.usefixtures("with_av")
@pytest.mark.parametrize(
    "head",
    [MP4_HEAD, TS_HEAD, M2TS_HEAD, b"\x1a\x45\xdf\xa3", b"RIFF\x00\x00\x00\x00AVI LIST",
     b"\x00\x00\x00\x14ftypqt  ", b"\x00\x00\x00\x08wide", b"\x00\x00\x01\xba\x44"],
)  # fmt: skip
def test_that_the_content_tells_a_video(head: bytes) -> None:
    found = sniff(head, "any")
    assert found is not None
    assert found.name == "video"


@pytest.mark.usefixtures("with_av")
@pytest.mark.parametrize(
    "head", [b"\x00\x00\x00\x18ftypM4A \x00", b"RIFF\x00\x00\x00\x00WAVE", b"GIF is a format", b"G"]
)
def test_that_what_is_no_video_is_not_taken_for_one(head: bytes) -> None:
    assert sniff(head, "any") is None


@pytest.mark.usefixtures("with_av")
def test_that_a_module_of_typescript_is_no_damaged_video() -> None:
    with pytest.raises(NotAPhoto):
        identify(b"export const answer = 42;\n", "answer.mts")
    with pytest.raises(UnreadablePhotoError, match=r"ends in \.mp4, but") as caught:
        identify(b"export const answer = 42;\n", "answer.mp4")
    assert not isinstance(caught.value, NotAPhoto)


@needs_av
@pytest.mark.parametrize("container", CODECS)
def test_that_every_container_is_decoded(container: str) -> None:
    data = coloured_corners(container)
    found = sniff(data[:HEAD_BYTES])
    assert found is not None
    assert found.name == "video"
    picture = decode(data, name="any")
    assert (picture.format, picture.width, picture.height) == ("video", *SIZE)
    assert (picture.image.mode, picture.image.size) == ("RGB", SIZE)
    assert nearest_corner_colours(picture.image) == UPRIGHT


@needs_av
@pytest.mark.parametrize("orientation", MATRICES)
def test_that_a_video_is_turned_upright(orientation: int) -> None:
    method = STORED_AS.get(orientation)
    stored = corners(*SIZE) if method is None else corners(*SIZE).transpose(method)
    picture = decode(turned(video_of([stored] * 12), orientation), name="a.mp4")
    assert nearest_corner_colours(picture.image) == UPRIGHT
    assert (picture.width, picture.height) == picture.image.size == SIZE


@needs_av
@pytest.mark.parametrize(
    ("aspect", "size"),
    [(Fraction(2), (320, 96)), (Fraction(1, 2), (160, 192)), (Fraction(100), (160, 96))],
)
def test_that_pixels_that_are_not_square_are_made_so(
    aspect: Fraction, size: tuple[int, int]
) -> None:
    picture = decode(video_of([corners(*SIZE)] * 12, aspect=aspect), name="a.mp4")
    assert (picture.width, picture.height) == size
    assert nearest_corner_colours(picture.image) == UPRIGHT


@needs_av
@pytest.mark.parametrize("rows", [96, 720])
def test_that_colours_come_back_as_they_were_filmed(rows: int) -> None:
    filmed = (200, 60, 60)
    video = video_of([Image.new("RGB", (rows * 4 // 3, rows), filmed)] * 6, "matroska")
    colour = colour_at(decode(video, name="a").image, 0.5, 0.5)
    assert max(abs(a - b) for a, b in zip(colour, filmed, strict=True)) < 6


@needs_av
def test_that_the_sharpest_frame_that_is_not_blank_is_taken() -> None:
    blurred = scene(*SIZE).filter(ImageFilter.GaussianBlur(12))
    parts = [plain("black"), blurred, plain("white"), corners(*SIZE), plain("grey")]
    # Ten frames each, so that each of the five points falls into another.
    frames = [plain("black")] * 6 + [part for part in parts for _ in range(9)]
    frames += [plain("black")] * 8
    picture = decode(video_of(frames, key_every=3), name="a.mp4")
    assert nearest_corner_colours(picture.image) == UPRIGHT


@needs_av
@pytest.mark.parametrize("container", ["mp4", "matroska", "avi", "mpegts"])
def test_that_a_video_with_one_key_frame_is_seen_beyond_it(container: str) -> None:
    frames = [plain("black")] * 8 + [corners(*SIZE)] * 30
    picture = decode(video_of(frames, container, key_every=600), name="a")
    assert nearest_corner_colours(picture.image) == UPRIGHT


@needs_av
def test_that_a_video_of_one_frame_is_decoded() -> None:
    picture = decode(video_of([corners(*SIZE)]), name="a.mp4")
    assert nearest_corner_colours(picture.image) == UPRIGHT


@needs_av
def test_that_a_wholly_black_video_is_black() -> None:
    picture = decode(video_of([plain("black")] * 20), name="a.mp4")
    assert max(colour_at(picture.image, 0.5, 0.5)) < 10


@needs_av
def test_that_a_streamed_video_without_a_duration_is_decoded() -> None:
    data = video_of([corners(*SIZE)] * 30, "webm", options={"live": "1"})
    assert nearest_corner_colours(decode(data, name="a.webm").image) == UPRIGHT


@needs_av
def test_that_a_frame_is_made_no_larger_than_wanted() -> None:
    data = video_of([scene(640, 480)] * 6)
    picture = decode(data, name="a.mp4", shorter_side=100)
    assert (picture.width, picture.height) == (640, 480)
    assert 100 <= min(picture.image.size) < 200


@needs_av
@pytest.mark.parametrize("container", ["mp4", "mov", "matroska", "avi"])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6])
def test_that_a_truncated_video_is_refused(container: str, kept: float) -> None:
    whole = video_of([scene(*SIZE).rotate(i) for i in range(60)], container)
    with pytest.raises(UnreadablePhotoError):
        decode(whole[: int(len(whole) * kept)], name="a.mp4")


@needs_av
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_that_a_video_cut_off_after_its_index_is_refused_in_words(kept: float) -> None:
    whole = video_of([scene(*SIZE).rotate(i) for i in range(60)], options={"movflags": "faststart"})
    assert whole.index(b"moov") < whole.index(b"mdat")
    with pytest.raises(UnreadablePhotoError, match="ends too early"):
        decode(whole[: int(len(whole) * kept)], name="a.mp4")


@needs_av
def test_that_a_damaged_video_is_refused_in_words() -> None:
    whole = coloured_corners()
    at = whole.index(b"moov")
    with pytest.raises(UnreadablePhotoError, match="The video is damaged") as caught:
        decode(whole[:at] + b"junk" + whole[at + 4 :], name="a.mp4")
    assert caught.value.__cause__ is not None


@needs_av
def test_that_sound_alone_is_refused_in_words() -> None:
    with pytest.raises(UnreadablePhotoError, match="only sound"):
        decode(sound_only(), name="a.mp4")


@needs_av
def test_that_the_pixel_limit_holds_for_videos() -> None:
    limit = SIZE[0] * SIZE[1]
    assert decode(coloured_corners(), name="a", max_pixels=limit)
    with pytest.raises(UnreadablePhotoError, match="megapixels"):
        decode(coloured_corners(), name="a", max_pixels=limit - 1)


@needs_av
def test_that_several_threads_decode_videos_at_once() -> None:
    videos = [coloured_corners(container) for container in ("mp4", "matroska", "avi")]
    alone = [decode(data, name="a").image.tobytes() for data in videos]
    start = threading.Barrier(4)

    def all_of_them(_: int) -> list[bytes]:
        start.wait()
        return [decode(data, name="a").image.tobytes() for data in videos]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(all_of_them, range(4))) == [alone] * 4


@needs_av
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_that_a_mutated_video_is_decoded_or_refused_but_never_crashes(data: st.DataObject) -> None:
    container = data.draw(st.sampled_from(["mp4", "matroska", "avi", "mpegts", "asf"]))
    mutated = bytearray(coloured_corners(container))
    at = st.integers(0, len(mutated) - 1)
    for place in data.draw(st.lists(at, min_size=1, max_size=12)):
        mutated[place] = data.draw(st.integers(0, 255))
    read_metadata(bytes(mutated))
    try:
        picture = decode(bytes(mutated), name="a.mp4", shorter_side=20, max_pixels=10**6)
    except UnreadablePhotoError:
        return
    assert picture.image.mode == "RGB"


def metadata_of(**tags: str) -> PhotoMetadata:
    """Of a QuickTime file, which keeps tags of any name."""
    names = {name.replace("__", "."): text for name, text in tags.items()}
    options = {"movflags": "use_metadata_tags"}
    return read_metadata(video_of([corners(*SIZE)] * 2, "mov", tags=names, options=options))


@needs_av
def test_that_a_date_in_utc_and_a_place_are_read() -> None:
    tags = {"creation_time": "2021-04-11T15:47:53.000000Z", "location": "+48.8577-002.2950+035.0/"}
    for container in ("mp4", "mov"):
        assert read_metadata(video_of([corners(*SIZE)] * 2, container, tags=tags)) == PhotoMetadata(
            taken_at="2021-04-11T15:47:53",
            utc_offset_minutes=0,
            latitude=48.8577,
            longitude=-2.295,
        )


@needs_av
def test_that_apples_local_date_and_camera_are_preferred() -> None:
    found = metadata_of(
        creation_time="2021-04-11T15:47:53.000000Z",
        com__apple__quicktime__creationdate="2021-04-11T17:47:53+0200",
        com__apple__quicktime__make="Apple",
        com__apple__quicktime__model="iPhone 11",
        com__apple__quicktime__location__ISO6709="-33.8568+151.2153+010.000/",
    )
    assert found == PhotoMetadata(
        taken_at="2021-04-11T17:47:53",
        utc_offset_minutes=120,
        camera="Apple iPhone 11",
        latitude=-33.8568,
        longitude=151.2153,
    )


@needs_av
@pytest.mark.parametrize(
    ("location", "latitude", "longitude"),
    [
        ("+27.5916+086.5640+8850/", 27.5916, 86.564),
        ("+2735.5-08633.9/", 27.5916667, -86.565),
        ("-273530.6+0863350.4/", -27.5918333, 86.5640),
        ("+00.0000+000.0000/", None, None),
        ("+99.0000+000.0000/", None, None),
        ("Paris", None, None),
        ("+27", None, None),
    ],
)
def test_that_a_place_is_read_as_iso_6709_or_not_at_all(
    location: str, latitude: float | None, longitude: float | None
) -> None:
    found = metadata_of(com__apple__quicktime__location__ISO6709=location)
    assert found.latitude == pytest.approx(latitude)
    assert found.longitude == pytest.approx(longitude)


@needs_av
@pytest.mark.parametrize("date", ["1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "", "yesterday"])
def test_that_a_clock_never_set_says_nothing(date: str) -> None:
    found = metadata_of(com__apple__quicktime__creationdate=date)
    assert (found.taken_at, found.utc_offset_minutes) == (None, None)


@needs_av
def test_that_a_video_without_tags_says_nothing() -> None:
    assert read_metadata(coloured_corners("matroska")) == PhotoMetadata()


@pytest.mark.usefixtures("without_av")
def test_that_a_video_says_nothing_where_it_cannot_be_read() -> None:
    assert read_metadata(MP4_HEAD) == PhotoMetadata()
