"""Tags of one library: suggested by a vocabulary, shown, and decided by a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from photofind.domain import Fingerprint, PhotoId
from photofind.errors import BadInputError
from photofind.photos.fingerprint import file_fingerprint, fingerprint
from photofind.photos.picture_file import PictureLimits, in_words, read_picture_file
from photofind.store import photos, tags
from photofind.store.database import Database
from photofind.store.tag_names import tag_key, tag_name
from photofind.store.tags import PhotoTag, TagState


@dataclass(frozen=True, slots=True)
class ImageTags:
    """A picture and its tags: a person's by name, then suggestions, best first."""

    image: Path
    tags: tuple[PhotoTag, ...]


@dataclass(frozen=True, slots=True)
class TagReport:
    """What tagging came to.

    Attributes:
        images: Every photo that was looked at, by path, with all its tags.
        suggested: Suggestions among them.
        checkpoint: Whose embeddings were compared with the vocabulary.
    """

    images: tuple[ImageTags, ...]
    suggested: int
    checkpoint: str


@dataclass(frozen=True, slots=True)
class TagDecisions:
    """What a person says about some photos.

    Attributes:
        confirm: Suggested tags that are right.
        reject: Tags that are wrong, suggested or not; they are never suggested again.
        add: Tags that nothing suggested.
    """

    confirm: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    add: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.confirm or self.reject or self.add)


NO_DECISIONS = TagDecisions()


def photos_below(
    database: Database, photo_ids: Sequence[PhotoId], folders: Sequence[Path]
) -> dict[PhotoId, Path]:
    """One path of each photo; only of those below folders, where any are given.

    Raises:
        BadInputError: No photo of the library is below a folder.
    """
    with database.reading() as connection:
        everywhere = photos.paths_of(connection, photo_ids)
    return _paths_below(everywhere, folders)


def images_with_tags(database: Database, paths: Mapping[PhotoId, Path]) -> tuple[ImageTags, ...]:
    """By path."""
    with database.reading() as connection:
        known = tags.tags_of(connection, list(paths))
    images = [ImageTags(path, tuple(known[photo_id])) for photo_id, path in paths.items()]
    return tuple(sorted(images, key=lambda image: image.image))


def tags_of_images(
    database: Database,
    images: Sequence[Path],
    decisions: TagDecisions,
    limits: PictureLimits,
) -> list[ImageTags]:
    """The tags of pictures, in their order, after the decisions were made; all of them or none.

    A picture is known by its content, so a copy anywhere on disk will do.

    Args:
        database: Opened for writing where there are decisions.

    Raises:
        BadInputError: A file is no photo of the library, a tag to be confirmed was not suggested,
            or a name is no name for a tag.
    """
    photo_ids = _photo_ids(database, images, limits)
    if decisions:
        _decide(database, dict(zip(photo_ids, images, strict=True)), decisions)
    with database.reading() as connection:
        found = tags.tags_of(connection, photo_ids)
    return [
        ImageTags(image, tuple(found[photo_id]))
        for image, photo_id in zip(images, photo_ids, strict=True)
    ]


def _paths_below(
    everywhere: Mapping[PhotoId, Sequence[Path]], folders: Sequence[Path]
) -> dict[PhotoId, Path]:
    """One path of each photo; of those below the folders only, where there are any."""
    if not folders:
        return {photo_id: places[0] for photo_id, places in everywhere.items()}
    wanted = {folder.resolve(): folder for folder in folders}
    found: dict[PhotoId, Path] = {}
    met: set[Path] = set()
    for photo_id, places in everywhere.items():
        for path in places:
            around = wanted.keys() & {path, *path.parents}
            met |= around
            if around:
                found.setdefault(photo_id, path)
    for resolved, folder in wanted.items():
        if resolved not in met:
            raise BadInputError(
                f"No photo of the library is in {folder}.", f"Run: photofind index {folder}"
            )
    return found


def _photo_ids(database: Database, images: Sequence[Path], limits: PictureLimits) -> list[PhotoId]:
    contents = [_contents(image, limits) for image in images]
    with database.reading() as connection:
        known = photos.photo_ids_of(connection, [name for names in contents for name in names])
    found: list[PhotoId] = []
    for image, names in zip(images, contents, strict=True):
        photo_id = next((known[name] for name in names if name in known), None)
        if photo_id is None:
            raise BadInputError(
                f"{image} is not in the library, or has changed since it was indexed.",
                f"Run: photofind index {image.absolute().parent}",
            )
        found.append(photo_id)
    return found


def _contents(image: Path, limits: PictureLimits) -> tuple[Fingerprint, Fingerprint]:
    """What a catalogue may know the picture by, see `photofind.store.identity`."""
    with in_words(image):
        data = read_picture_file(image, limits)
    return fingerprint(data), file_fingerprint(data)


def _decide(database: Database, images: Mapping[PhotoId, Path], decisions: TagDecisions) -> None:
    photo_ids = list(images)
    confirm, add, reject = (
        [_valid(name) for name in names]
        for names in (decisions.confirm, decisions.add, decisions.reject)
    )
    with database.writing() as connection:
        for name in confirm:
            tags.confirm(connection, photo_ids, name)
        confirmed = tags.tags_of(connection, photo_ids, [TagState.CONFIRMED])
        for photo_id, image in images.items():
            _raise_unless_confirmed(image, confirmed[photo_id], confirm)
        for name in add:
            tags.add(connection, photo_ids, name)
        for name in reject:
            tags.reject(connection, photo_ids, name)


def _raise_unless_confirmed(
    image: Path, confirmed: Sequence[PhotoTag], names: Sequence[str]
) -> None:
    keys = {tag_key(tag.name) for tag in confirmed}
    for name in names:
        if tag_key(name) not in keys:
            raise BadInputError(
                f"The tag '{name}' is not suggested for {image}.",
                f"To tag it yourself: photofind tags {image} --add '{name}'",
            )


def _valid(name: str) -> str:
    try:
        return tag_name(name)
    except ValueError as error:
        raise BadInputError(f"'{name}' is no name for a tag.", f"{error}.") from error
