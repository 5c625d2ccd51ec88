"""Tags of one library: suggested by a vocabulary, shown, and decided by a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from photofind.domain import Fingerprint, PhotoId
from photofind.errors import BadInputError
from photofind.photos.fingerprint import file_fingerprint, fingerprint
from photofind.photos.picture_file import PictureLimits, read_picture_file, user_facing_errors
from photofind.store.catalogue import Catalogue
from photofind.store.tag_decisions import TagChanges
from photofind.store.tag_names import tag_key
from photofind.store.tags import PhotoTag


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


def photos_below(
    catalogue: Catalogue, photo_ids: Sequence[PhotoId], folders: Sequence[Path]
) -> dict[PhotoId, Path]:
    """One path of each photo; only of those below folders, where any are given.

    Raises:
        BadInputError: No photo of the library is below a folder.
    """
    return _paths_below(catalogue.photos.paths(photo_ids), folders)


def images_with_tags(catalogue: Catalogue, paths: Mapping[PhotoId, Path]) -> tuple[ImageTags, ...]:
    """List the tags of photos, by path."""
    known = catalogue.tags.of(list(paths))
    images = [ImageTags(path, tuple(own)) for path, own in zip(paths.values(), known, strict=True)]
    return tuple(sorted(images, key=lambda image: image.image))


def tags_of_images(
    catalogue: Catalogue,
    images: Sequence[Path],
    changes: TagChanges,
    limits: PictureLimits,
) -> list[ImageTags]:
    """Change and list the tags of pictures, in their order; all of them or none.

    A picture is known by its content, so a copy anywhere on disk will do.

    Args:
        catalogue: Opened for writing where there are changes.

    Raises:
        BadInputError: A file is no photo of the library, a tag to be confirmed was not suggested,
            or a name is no name for a tag.
    """
    photo_ids = _photo_ids(catalogue, images, limits)
    if changes:
        _raise_unless_suggested(catalogue, dict(zip(photo_ids, images, strict=True)), changes)
        catalogue.tags.decide(photo_ids, changes)
    found = catalogue.tags.of(photo_ids)
    return [ImageTags(image, tuple(own)) for image, own in zip(images, found, strict=True)]


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


def _photo_ids(
    catalogue: Catalogue, images: Sequence[Path], limits: PictureLimits
) -> list[PhotoId]:
    contents = [_contents(image, limits) for image in images]
    known = catalogue.photos.ids_of([name for names in contents for name in names])
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
    """Return what a catalogue may know the picture by, see `photofind.store.identity`."""
    with user_facing_errors(image):
        data = read_picture_file(image, limits)
    return fingerprint(data), file_fingerprint(data)


def _raise_unless_suggested(
    catalogue: Catalogue, images: Mapping[PhotoId, Path], changes: TagChanges
) -> None:
    """Raise `BadInputError` where a tag to be confirmed is on none of the lists of a picture."""
    known = catalogue.tags.of(list(images))
    for image, own in zip(images.values(), known, strict=True):
        keys = {tag_key(tag.name) for tag in own}
        for name in changes.confirmed:
            if tag_key(name) not in keys:
                raise BadInputError(
                    f"The tag '{name}' is not suggested for {image}.",
                    f"To tag it yourself: photofind tags {image} --add '{name}'",
                )
