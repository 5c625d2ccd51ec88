"""The parts of a file that decide its pixels, without its metadata.

Ratings, captions, dates and places live in parts of a file of their own, and programs rewrite them
without touching the picture. What is left when they are passed over, in the spirit of exiftool's
ImageDataHash:

    JPEG          frame, tables and scans up to the end of the picture; of the APPn segments only
                  the colour profile and Adobe's colour transform
    PNG           header, palette, transparency, colour profile, compressed pixels
    WebP          frames, alpha, colour profile
    TIFF, raw     the tags that decide pixels, strips, tiles and embedded JPEGs of all directories
    HEIC, AVIF    all items but EXIF and XMP, and the properties of the picture

Pure byte parsing: no decoder sees the file. What is malformed, or too elaborate to be a photo, has
no picture data (`None`), and its whole content has to speak for it. How EXIF turns a picture is not
among the parts, see `photofind.photos.fingerprint`.
"""

import re
from collections.abc import Callable, Iterator
from typing import Literal

from photofind.photos.formats import AVIF, HEAD_BYTES, HEIF, JPEG, PNG, RAW, TIFF, WEBP, sniff

MOST_PARTS = 100_000
"""Segments, chunks, directory entries, strips of one file: more than photos have, soon counted."""

PIXELS = b"pixels"
"""The kind of the parts that hold compressed pixels."""

Part = tuple[bytes, bytes | memoryview]
"""What it is, and its bytes."""

_Order = Literal["little", "big"]


class _MalformedError(Exception):
    """The file does not follow its format, or has absurd sizes."""


def picture_parts(data: bytes) -> list[Part] | None:
    """Return the parts in file order; `None` if they cannot be told from metadata.

    Args:
        data: The whole file; the parts are views into it.
    """
    known = sniff(data[:HEAD_BYTES])
    parse = _PARSERS.get(known.name) if known is not None else None
    if parse is None:
        return None
    parts: list[Part] = []
    total = 0
    try:
        for part in parse(data):
            parts.append(part)
            total += len(part[1])
            # Strips may overlap: a small file must not make much work.
            if len(parts) > MOST_PARTS or total > 2 * len(data):
                return None
    except _MalformedError:
        return None
    pixels = sum(len(content) for kind, content in parts if kind == PIXELS)
    return parts if pixels else None


def _number(data: memoryview, at: int, size: int, order: _Order = "big") -> int:
    return int.from_bytes(_slice(data, at, size), order)


def _slice(data: memoryview, at: int, size: int) -> memoryview:
    if at < 0 or size < 0 or at + size > len(data):
        raise _MalformedError
    return data[at : at + size]


# JPEG

_SOS, _EOI, _COM, _APP2, _APP14 = 0xDA, 0xD9, 0xFE, 0xE2, 0xEE
_ALONE = {0x01, *range(0xD0, 0xD8)}
# In half the time that `bytes.find` takes for two bytes.
_END_OF_JPEG = re.compile(rb"\xff\xd9")


def _jpeg(data: bytes) -> Iterator[Part]:
    view, at = memoryview(data), 2
    while True:
        if data[at : at + 1] != b"\xff":
            raise _MalformedError
        while data[at : at + 1] == b"\xff":
            at += 1
        marker = _number(view, at, 1)
        at += 1
        if marker in _ALONE:
            continue
        if marker == _SOS:
            # Within compressed data FF is never followed by D9. Behind it lie previews, films and
            # other pictures; where it is missing, the picture is cut off.
            end = _END_OF_JPEG.search(data, at)
            yield PIXELS, view[at : end.start() if end is not None else len(data)]
            return
        if marker == _EOI:
            raise _MalformedError
        segment = _slice(view, at + 2, _number(view, at, 2) - 2)
        at += 2 + len(segment)
        if _decides_jpeg(marker, segment):
            yield bytes([marker]), segment


def _decides_jpeg(marker: int, segment: memoryview) -> bool:
    if marker == _APP2:
        return bytes(segment[:12]) == b"ICC_PROFILE\0"
    if marker == _APP14:
        return bytes(segment[:5]) == b"Adobe"
    return marker != _COM and not 0xE0 <= marker <= 0xEF


# PNG

_PNG_KINDS = (b"IHDR", b"PLTE", b"tRNS", b"iCCP")


def _png(data: bytes) -> Iterator[Part]:
    for kind, content in png_chunks(data):
        if kind == b"IDAT":
            yield PIXELS, content
        elif kind in _PNG_KINDS:
            yield kind, content


def png_chunks(data: bytes) -> Iterator[Part]:
    """Yield kind and content of each chunk, up to the end or a truncation."""
    view, at = memoryview(data), 8
    for _ in range(MOST_PARTS):
        size, kind = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8])
        content = view[at + 8 : at + 8 + size]
        if kind in (b"", b"IEND"):
            return
        yield kind, content
        at += 12 + size
    raise _MalformedError


# WebP

_WEBP_PIXELS = (b"VP8 ", b"VP8L", b"ALPH", b"ANMF")


def _webp(data: bytes) -> Iterator[Part]:
    view, at = memoryview(data), 12
    while at + 8 <= len(data):
        kind = data[at : at + 4]
        size = _number(view, at + 4, 4, "little")
        content = view[at + 8 : at + 8 + size]
        if kind in _WEBP_PIXELS:
            yield PIXELS, content
        elif kind == b"ICCP":
            yield kind, content
        at += 8 + size + size % 2


# TIFF, and the camera raw formats laid out as it is

_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8,
               13: 4, 16: 8, 17: 8, 18: 8}  # fmt: skip
_SUB_DIRECTORIES = 330
_MOST_DIRECTORIES = 64
# Where pixels lie: offsets and their lengths. Strips, tiles, an embedded JPEG.
_PLACES = ((273, 279), (324, 325), (513, 514))
_DECIDING_TAGS = frozenset({
    256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 292, 293, 317, 320, 322, 323, 332, 338, 339,
    347, 529, 530, 531, 532, 34675,
    # Of camera raw: the pattern of its sensor, its levels, its colours, and what is cut off.
    33421, 33422, 50711, 50712, 50713, 50714, 50717, 50718, 50719, 50720, 50721, 50722, 50727,
    50728, 50829,
})  # fmt: skip


class _Directory:
    """The entries of a TIFF directory by tag: type, count and offset of the value."""

    def __init__(self, data: memoryview, at: int, order: _Order, big: bool) -> None:
        self._data, self._order = data, order
        count_bytes, entry_bytes, word = (8, 20, 8) if big else (2, 12, 4)
        count = _number(data, at, count_bytes, order)
        if count > MOST_PARTS:
            raise _MalformedError
        self._entries: dict[int, tuple[int, int, int]] = {}
        for entry in range(at + count_bytes, at + count_bytes + count * entry_bytes, entry_bytes):
            tag = _number(data, entry, 2, order)
            kind = _TYPE_BYTES.get(_number(data, entry + 2, 2, order), 1)
            values = _number(data, entry + 4, word, order)
            place = entry + 4 + word
            if values * kind > word:
                place = _number(data, place, word, order)
            self._entries[tag] = kind, values, place
        self.next = _number(data, at + count_bytes + count * entry_bytes, word, order)

    def raw(self, tag: int) -> memoryview:
        kind, values, place = self._entries.get(tag, (1, 0, 0))
        return _slice(self._data, place, kind * values)

    def numbers(self, tag: int) -> list[int]:
        kind, values, place = self._entries.get(tag, (1, 0, 0))
        if values > MOST_PARTS:
            raise _MalformedError
        return [_number(self._data, place + kind * i, kind, self._order) for i in range(values)]

    def parts(self) -> Iterator[Part]:
        for tag in sorted(_DECIDING_TAGS & self._entries.keys()):
            yield tag.to_bytes(4, "big"), self.raw(tag)
        for offsets, lengths in _PLACES:
            for at, size in zip(self.numbers(offsets), self.numbers(lengths), strict=False):
                yield PIXELS, self._data[at : at + size]


def _tiff(data: bytes) -> Iterator[Part]:
    view = memoryview(data)
    order: _Order = "little" if data[:2] == b"II" else "big"
    big = _number(view, 2, 2, order) == 43
    left = [_number(view, 8 if big else 4, 8 if big else 4, order)]
    seen: set[int] = set()
    while left:
        at = left.pop()
        if at == 0 or at in seen:
            continue
        seen.add(at)
        if len(seen) > _MOST_DIRECTORIES:
            raise _MalformedError
        directory = _Directory(view, at, order, big)
        yield from directory.parts()
        left += [directory.next, *directory.numbers(_SUB_DIRECTORIES)]


# HEIC and AVIF

_BESIDE_THE_PICTURE = (b"Exif", b"mime")


def _boxes(data: memoryview, at: int = 0) -> Iterator[tuple[bytes, memoryview]]:
    """Yield kind and content of the boxes of an ISO media file, or within a box."""
    while at + 8 <= len(data):
        size, kind, head = _number(data, at, 4), bytes(data[at + 4 : at + 8]), 8
        if size == 1:
            size, head = _number(data, at + 8, 8), 16
        if size == 0:
            size = len(data) - at
        if size < head:
            raise _MalformedError
        yield kind, data[at + head : at + size]
        at += size


def _heif(data: bytes) -> Iterator[Part]:
    view = memoryview(data)
    meta = next((content for kind, content in _boxes(view) if kind == b"meta"), None)
    if meta is None:
        raise _MalformedError
    boxes = dict(_boxes(meta, 4))
    if not boxes.keys() >= {b"iinf", b"iloc", b"iprp"}:
        raise _MalformedError
    for kind in (b"pitm", b"iprp"):
        yield kind, boxes.get(kind, view[:0])
    for kind, content in _boxes(boxes.get(b"iref", view[:0]), 4):
        if kind != b"cdsc":
            yield b"iref" + kind, content
    kinds = dict(_item_kinds(boxes[b"iinf"]))
    for item, content in _item_data(view, boxes[b"iloc"], boxes.get(b"idat", view[:0])):
        if kinds.get(item) not in _BESIDE_THE_PICTURE:
            yield b"item", item.to_bytes(4, "big") + kinds.get(item, b"")
            yield PIXELS, content


def _item_kinds(iinf: memoryview) -> Iterator[tuple[int, bytes]]:
    version = _number(iinf, 0, 1)
    for kind, entry in _boxes(iinf, 6 if version == 0 else 8):
        if kind == b"infe":
            id_bytes = 4 if _number(entry, 0, 1) >= 3 else 2
            item = _number(entry, 4, id_bytes)
            yield item, bytes(_slice(entry, 6 + id_bytes, 4))


def _item_data(
    data: memoryview, iloc: memoryview, idat: memoryview
) -> Iterator[tuple[int, memoryview]]:
    """Yield item ids and the data of each of their extents."""
    version = _number(iloc, 0, 1)
    sizes = _number(iloc, 4, 2)
    offset_bytes, length_bytes, base_bytes = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_bytes = sizes & 15 if version else 0
    id_bytes = 4 if version >= 2 else 2
    count, at = _number(iloc, 6, id_bytes), 6 + id_bytes
    for _ in range(count):
        item, at = _number(iloc, at, id_bytes), at + id_bytes
        method = 0
        if version:
            method, at = _number(iloc, at, 2) & 15, at + 2
        if method > 1:
            raise _MalformedError
        base, at = _number(iloc, at + 2, base_bytes), at + 2 + base_bytes
        extents, at = _number(iloc, at, 2), at + 2
        source = idat if method else data
        for _ in range(extents):
            offset = _number(iloc, at + index_bytes, offset_bytes)
            length = _number(iloc, at + index_bytes + offset_bytes, length_bytes)
            at += index_bytes + offset_bytes + length_bytes
            yield item, source[base + offset : base + offset + length if length else None]


_PARSERS: dict[str, Callable[[bytes], Iterator[Part]]] = {
    JPEG.name: _jpeg,
    PNG.name: _png,
    WEBP.name: _webp,
    TIFF.name: _tiff,
    RAW.name: _tiff,
    HEIF.name: _heif,
    AVIF.name: _heif,
}
