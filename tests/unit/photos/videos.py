"""Videos made on the spot; needs PyAV."""

import io
import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

CODECS = {
    "mp4": "libx264",
    "mov": "mpeg4",
    "avi": "mpeg4",
    "matroska": "libx264",
    "webm": "libvpx",
    "mpegts": "mpeg2video",
    "mpeg": "mpeg2video",
    "asf": "wmv2",
    "3gp": "mpeg4",
}
"""FFmpeg's name of a container → the codec its videos here have."""

STRAIGHT_MATRIX = (1, 0, 0, 1)
MATRICES = {
    1: STRAIGHT_MATRIX,
    2: (-1, 0, 0, 1),
    3: (-1, 0, 0, -1),
    4: (1, 0, 0, -1),
    5: (0, 1, 1, 0),
    6: (0, 1, -1, 0),
    7: (0, -1, -1, 0),
    8: (0, -1, 1, 0),
}
"""EXIF's orientation → how a video says the same: x' = ax + cy, y' = bx + dy."""


def video_of(
    pictures: Sequence[Image.Image],
    container: str = "mp4",
    *,
    rate: int = 10,
    key_every: int = 5,
    tags: dict[str, str] | None = None,
    aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
) -> bytes:
    """A frame for each picture; all have the first one's size."""
    import av

    # On disk: FFmpeg opens the file a second time to move its index to the front.
    with TemporaryDirectory() as folder:
        path = Path(folder) / "video"
        with av.open(str(path), "w", format=container, options=options or {}) as output:
            output.metadata.update(tags or {})
            rate = 25 if "mpeg" in container else rate
            stream: Any = output.add_stream(CODECS[container], rate=rate)
            stream.width, stream.height = pictures[0].size
            stream.pix_fmt = "yuv420p"
            stream.gop_size = key_every
            stream.bit_rate = 2_000_000
            if aspect is not None:
                stream.codec_context.sample_aspect_ratio = aspect
            for picture in pictures:
                frame = av.VideoFrame.from_image(picture)
                # As television has it: other colours in high definition.
                colours = "ITU709" if picture.height >= 720 else "ITU601"
                frame = frame.reformat(format="yuv420p", dst_colorspace=colours)
                output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
        return path.read_bytes()


def turned(video: bytes, orientation: int) -> bytes:
    """An MP4 file that says how it must be turned to be upright."""
    a, b, c, d = (value << 16 for value in MATRICES[orientation])
    # Of the track header's first version, after times, number, duration, layer and volume.
    at = video.index(b"tkhd") + 44
    matrix = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    return video[:at] + matrix + video[at + 36 :]


def sound_only() -> bytes:
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream: Any = output.add_stream("aac", rate=44_100)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate = 44_100
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()
