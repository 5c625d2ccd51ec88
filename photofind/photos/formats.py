"""The formats of photos: by name for a scan, by content for the decoder.

What becomes of a file:

    name                        content                    outcome
    an extension not listed     -                          no photo; a scan passes it over
    any listed, or none         a format of `FORMATS`      decoded
    any listed, or none         a kind in `UNSUPPORTED`    UnreadablePhotoError naming the kind
    a listed extension          anything else              UnreadablePhotoError
    no extension, or .mts       anything else              NotAPhoto, which nobody need hear of

Videos are photos where PyAV is installed. Elsewhere a scan passes them over: who did not ask for
videos need not hear of each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import PurePath

from photofind.errors import UnreadablePhotoError

HEAD_BYTES = 512
"""Bytes of a file that `sniff` needs."""


class NotAPhoto(UnreadablePhotoError):
    """A file whose name is ambiguous and whose content is no picture."""


@dataclass(frozen=True, slots=True)
class PhotoFormat:
    """A format that the decoder reads.

    Attributes:
        name: What photofind and its catalogue call it.
        label: What a person calls it.
        pillow: Pillow's name of the plugin that decodes it; empty for camera raw and video.
        needs_extra: The optional part of photofind that must be installed.
        decoder_turns: The plugin itself applies the orientation; doing it again would be wrong.
    """

    name: str
    label: str
    pillow: str
    extensions: frozenset[str]
    needs_extra: str | None = None
    decoder_turns: bool = False


def _format(name: str, label: str, pillow: str, extensions: str) -> PhotoFormat:
    return PhotoFormat(name, label, pillow, frozenset(extensions.split()))


JPEG = _format("jpeg", "JPEG", "JPEG", "jpg jpeg jpe jfif mpo")
PNG = _format("png", "PNG", "PNG", "png apng")
WEBP = _format("webp", "WebP", "WEBP", "webp")
BMP = _format("bmp", "BMP", "BMP", "bmp dib")
GIF = _format("gif", "GIF", "GIF", "gif")
AVIF = _format("avif", "AVIF", "AVIF", "avif avifs")
JPEG2000 = _format("jpeg2000", "JPEG 2000", "JPEG2000", "jp2 j2k jpf jpx j2c jpc")
PPM = _format("ppm", "PPM", "PPM", "ppm pgm pbm pnm")
TIFF = PhotoFormat("tiff", "TIFF", "TIFF", frozenset({"tif", "tiff"}), decoder_turns=True)
HEIF = PhotoFormat(
    "heif", "HEIC", "HEIF", frozenset({"heic", "heif", "hif"}), "heic", decoder_turns=True
)
_RAW_EXTENSIONS = frozenset({
    "cr2", "cr3", "nef", "nrw", "arw", "sr2", "dng", "orf", "rw2", "rwl", "raf", "pef", "srw",
    "3fr", "iiq", "kdc", "erf", "mrw", "x3f",
})  # fmt: skip
RAW = PhotoFormat(
    "raw",
    "camera raw",
    "",
    _RAW_EXTENSIONS,
    "raw",
    decoder_turns=True,
)
_VIDEO_EXTENSIONS = frozenset({
    "mp4", "m4v", "mov", "3gp", "mkv", "webm", "avi", "wmv", "mpg", "mpeg", "mts", "m2ts",
})  # fmt: skip
VIDEO = PhotoFormat("video", "video", "", _VIDEO_EXTENSIONS, "video", decoder_turns=True)
FORMATS = (JPEG, PNG, WEBP, TIFF, BMP, GIF, AVIF, JPEG2000, PPM, HEIF, RAW, VIDEO)

UNSUPPORTED = {
    "psd": "Photoshop (PSD)",
    "psb": "Photoshop (PSB)",
    "xcf": "GIMP (XCF)",
    "kra": "Krita (KRA)",
    "dds": "DDS",
    "exr": "OpenEXR",
    "hdr": "Radiance HDR",
    "jxl": "JPEG XL",
    "jxr": "JPEG XR",
    "wdp": "JPEG XR",
    "tga": "Targa (TGA)",
    "pcx": "PCX",
    "sgi": "SGI",
    "ico": "icon (ICO)",
}
"""Extensions of known formats that are not supported, and their names."""

_UNSUPPORTED_MAGIC = (
    (b"8BPS", "psd"),
    (b"gimp xcf", "xcf"),
    (b"DDS ", "dds"),
    (b"\x76\x2f\x31\x01", "exr"),
    (b"#?RADIANCE", "hdr"),
    (b"\xff\x0a", "jxl"),
    (b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a", "jxl"),
    (b"II\xbc\x01", "jxr"),
)
_BY_EXTENSION = {extension: known for known in FORMATS for extension in known.extensions}
_MAY_BE_PHOTO = frozenset(_BY_EXTENSION) - _VIDEO_EXTENSIONS | frozenset(UNSUPPORTED) | {""}
# .mts is an extension of TypeScript modules as well.
_PROMISE_NOTHING = ("", "mts")


@cache
def videos_are_read() -> bool:
    """Return whether PyAV is installed; cached."""
    spec = find_spec("av")
    # Any folder of that name is a package without an origin.
    return spec is not None and spec.origin is not None


def extension_of(name: str) -> str:
    """Return an extension in lower case, without dot; none with a space ("Mt. Everest")."""
    extension = PurePath(name).suffix[1:].lower()
    return "" if " " in extension else extension


def may_be_photo(name: str) -> bool:
    # Not extension_of: a scan calls this for every file on a disk, and pathlib costs as much
    # as the rest of a scan.
    _, dot, extension = name.rpartition(".")
    extension = extension.lower()
    return (
        not dot
        or extension in _MAY_BE_PHOTO
        or " " in extension
        or (extension in _VIDEO_EXTENSIONS and videos_are_read())
    )


def sniff(head: bytes, name: str = "") -> PhotoFormat | None:
    """Return the format of a file that begins with `head` (`HEAD_BYTES` are enough).

    Most camera raw files are TIFF inside, with a small preview where TIFF has its picture; there,
    and only there, the extension of `name` decides.
    """
    by_name = _BY_EXTENSION.get(extension_of(name))
    for known, begins in _MAGIC:
        if begins(head):
            if known is VIDEO and by_name is not VIDEO and not videos_are_read():
                return None
            return RAW if known is TIFF and by_name is RAW else known
    return None


def identify(head: bytes, name: str) -> PhotoFormat:
    """Identify a format as `sniff` does, or raise with the reason why it is no photo.

    Raises:
        NotAPhoto: It is none, and does not pretend to be.
        UnreadablePhotoError: It should be one.
    """
    known = sniff(head, name)
    if known is not None:
        return known
    extension = extension_of(name)
    kind = _unsupported_kind(head, extension)
    if kind is not None and head:
        raise UnreadablePhotoError(f"Photofind cannot read {kind} pictures yet.")
    if extension in _PROMISE_NOTHING:
        raise NotAPhoto("Not a picture.")
    if not head:
        raise UnreadablePhotoError("The file is empty.")
    if not any(head):
        raise UnreadablePhotoError(
            "The file begins with zeros; it was probably not copied or recovered completely."
        )
    raise UnreadablePhotoError(
        f"The name ends in .{extension}, but the content is not a picture photofind reads."
    )


def _unsupported_kind(head: bytes, extension: str) -> str | None:
    for magic, kind in _UNSUPPORTED_MAGIC:
        if head.startswith(magic):
            return UNSUPPORTED[kind]
    return UNSUPPORTED.get(extension)


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


def _is_bmp(head: bytes) -> bool:
    # "BM" alone begins many a text; a bitmap's second header has one of these lengths.
    return head.startswith(b"BM") and head[14:18] in {
        size.to_bytes(4, "little") for size in (12, 16, 40, 52, 56, 64, 108, 124)
    }


def _is_ppm(head: bytes) -> bool:
    return head[:1] == b"P" and head[1:2] in b"123456" and head[2:3] in (b"\n", b" ", b"\t", b"\r")


def _brands(head: bytes) -> list[bytes]:
    """Read the brands of an ISO media file: the major one, then the compatible ones."""
    if head[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]


def _is_avif(head: bytes) -> bool:
    return any(brand in (b"avif", b"avis") for brand in _brands(head))


def _is_heif(head: bytes) -> bool:
    heif = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
    return any(brand in heif for brand in _brands(head))


def _is_raw(head: bytes) -> bool:
    return (
        head.startswith((b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\x00", b"FOVb"))
        or (head[8:10] == b"CR" and head.startswith(b"II*\x00"))
        or b"crx " in _brands(head)[:1]
    )


_VIDEO_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"pnot", b"free", b"skip")
_VIDEO_MAGIC = (
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # Windows Media
    b"\x00\x00\x01\xba",  # MPEG, with sound
    b"\x00\x00\x01\xb3",  # and without
)


def _is_video(head: bytes) -> bool:
    if head[4:8] in _VIDEO_BOXES:
        return head[8:11] not in (b"M4A", b"M4B", b"M4P")  # nothing but sound
    # MPEG transport streams: packets of 188 bytes, in cameras' files with a time before each.
    packets = b"GGG" in (head[0::188], head[4::192])
    return packets or head.startswith(_VIDEO_MAGIC) or _is_avi(head)


def _is_avi(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"AVI "


_MAGIC: tuple[tuple[PhotoFormat, Callable[[bytes], bool]], ...] = (
    (JPEG, _starts(b"\xff\xd8\xff")),
    (PNG, _starts(b"\x89PNG\r\n\x1a\n")),
    (GIF, _starts(b"GIF87a", b"GIF89a")),
    (WEBP, lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    (RAW, _is_raw),
    (TIFF, _starts(b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")),
    (AVIF, _is_avif),
    (HEIF, _is_heif),
    (JPEG2000, _starts(b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  \r\n\x87\n")),
    (BMP, _is_bmp),
    (PPM, _is_ppm),
    (VIDEO, _is_video),
)
