"""Videos, read by PyAV (FFmpeg): one representative frame, and tags.

Key frames near five points of the video's middle are decoded alone, a few milliseconds each; the
sharpest that is not blank stands for the video. Where that brings no two frames (short videos often
have a single key frame, some have no index), the frames from the start are decoded in their order.
"""

import io
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

from PIL import Image

from photofind.errors import UnreadablePhotoError
from photofind.photos.opening import extra_is_missing
from photofind.photos.video_frame import sharpness, upright_picture

POINTS = (0.2, 0.35, 0.5, 0.65, 0.8)
"""Of the duration."""

MAX_PACKETS = 2000
"""Read from any one point on: more than a minute of video."""

MAX_DECODED_PIXELS, MAX_DECODED_FRAMES = 300_000_000, 1000
"""Decoded in their order: about a second's work, 145 frames of 1920 × 1080."""

# As for pictures, the content has said which reader sees the file; FFmpeg has others, of playlists,
# that open further files and addresses.
_READERS = {
    b"RIFF": "avi",
    b"\x1a\x45\xdf\xa3": "matroska",
    b"\x30\x26\xb2\x75": "asf",
    b"\x00\x00\x01\xba": "mpeg",
    b"\x00\x00\x01\xb3": "mpegvideo",
}
_STILL_CODECS = ("png", "bmp", "gif", "mjpeg", "webp", "tiff")  # may be a cover
_DAMAGED = "The video is damaged and cannot be decoded."


def read_tags(data: bytes) -> dict[str, str]:
    """Read the tags of container and stream; names in lower case."""
    with _open(data) as container:
        tags = [stream.metadata for stream in container.streams.video] + [container.metadata]
    return {name.lower(): text for one in tags for name, text in one.items()}


def representative_frame(data: bytes, check_size: Callable[[tuple[int, int]], None]) -> Image.Image:
    """Decode one frame: upright, RGB, square pixels, full size.

    Raises:
        MissingExtraError: PyAV is not installed.
        EOFError: The file ends too early.
        UnreadablePhotoError: Says in words what else is wrong.
    """
    if _is_cut_off(data):
        raise EOFError
    try:
        with _open(data) as container:
            return _choose(container, check_size)
    except _av().error.FFmpegError as error:
        raise UnreadablePhotoError(_DAMAGED) from error


def _av() -> Any:
    try:
        import av
    except ImportError as error:
        raise extra_is_missing("video", "video") from error
    return av


def _open(data: bytes) -> Any:
    otherwise = "mov" if data[4:8].isalpha() else "mpegts"
    reader = _READERS.get(data[:4], otherwise)
    return _av().open(io.BytesIO(data), format=reader, metadata_errors="replace")


def _choose(container: Any, check_size: Callable[[tuple[int, int]], None]) -> Image.Image:
    streams = container.streams.video
    if not streams:
        raise UnreadablePhotoError("The video has no pictures, only sound.")
    stream = min(streams, key=lambda stream: stream.codec_context.name in _STILL_CODECS)
    size = stream.codec_context.width, stream.codec_context.height
    check_size(size)
    # The indexer reads several files at a time already.
    stream.thread_type, stream.thread_count = "NONE", 1
    frames = list(_key_frames(container, stream))
    if len(frames) < 2 or not any(map(sharpness, frames)):
        frames += _frames_in_order(container, stream)
    if not frames:
        raise UnreadablePhotoError(_DAMAGED)
    frame = max(frames, key=sharpness)
    return upright_picture(frame, stream.sample_aspect_ratio, check_size)


def _key_frames(container: Any, stream: Any) -> Iterator[Any]:
    points = _points(container, stream)
    seen: set[int | None] = set()
    for point in points:
        if not _seek(container, stream, point):
            return
        packets = islice(container.demux(stream), MAX_PACKETS)
        key = next((packet for packet in packets if packet.is_keyframe), None)
        if key is not None and key.pts not in seen:
            seen.add(key.pts)  # where key frames are rare, several points lead to the same
            # Alone, without waiting for those after it; `seek` makes the decoder fresh again.
            yield from _decoded(stream.codec_context, key, None)
        if point is points[-1] and key is not None:
            _raise_if_cut_off(chain([key], packets), point)


def _seek(container: Any, stream: Any, time: int) -> bool:
    try:
        container.seek(time, stream=stream)
    except _av().error.FFmpegError:
        return False
    return True


def _points(container: Any, stream: Any) -> list[int]:
    """Choose points in time, in the stream's units; none if the duration is unknown."""
    if not stream.time_base:
        return []
    duration = stream.duration
    if not duration and container.duration:
        duration = int(container.duration / 1_000_000 / stream.time_base)
    start = stream.start_time or 0
    return [start + int(duration * point) for point in POINTS] if duration else []


def _raise_if_cut_off(packets: Iterator[Any], point: int) -> None:
    """Raise if no packet reaches the last point, which lies well before the end."""
    for packet in packets:
        if not packet.size:  # what PyAV makes of the end
            raise EOFError
        time = packet.dts if packet.pts is None else packet.pts
        if time is None or not packet.duration or time + packet.duration >= point:
            return


def _frames_in_order(container: Any, stream: Any) -> Iterator[Any]:
    """Decode up to twelve frames, ever farther apart, as their number is unknown."""
    size = stream.codec_context.width * stream.codec_context.height
    limit = min(MAX_DECODED_FRAMES, MAX_DECODED_PIXELS // size)
    _seek(container, stream, stream.start_time or 0)
    count, wanted = 0, 1
    for packet in islice(container.demux(stream), MAX_PACKETS):
        for frame in _decoded(stream.codec_context, packet):
            count += 1
            if count >= wanted:
                wanted = count + max(count // 2, 3)
                yield frame
        if count >= limit:
            return


def _decoded(codec: Any, *packets: Any) -> list[Any]:
    """Decode packets into undamaged frames; a packet `None` flushes the decoder."""
    try:
        frames = [frame for packet in packets for frame in codec.decode(packet)]
    except _av().error.FFmpegError:  # damaged here; elsewhere the video may be whole
        return []
    return [frame for frame in frames if not frame.is_corrupt]


def _is_cut_off(data: bytes) -> bool:
    """Return whether an MP4 or AVI file has parts that reach beyond its end."""
    if data.startswith(b"RIFF"):
        return 8 + int.from_bytes(data[4:8], "little") > len(data)
    at, kind = 0, data[4:8]
    while kind.isalpha() and at + 16 <= len(data):
        kind, size = data[at + 4 : at + 8], int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8:
            return False
        at += size
    return at > len(data) and kind in (b"mdat", b"moov", b"moof", b"ftyp")
