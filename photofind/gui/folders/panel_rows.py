"""Rows of the library panel."""

from collections import Counter
from collections.abc import Sequence

from photofind.gui.row_model import Row
from photofind.gui.wording import folder_name, number, photos, tr
from photofind.store.gallery import FolderSummary
from photofind.store.tag_names import tag_key
from photofind.store.tags import TagCount


def all_photos_row(count: int) -> Row:
    name = tr("All photos")
    return Row("all", "picture", name, count, _spoken(name, photos(count)))


def review_row(waiting: int) -> Row:
    """Build the row of suggestions to review."""
    name = tr("To review")
    tip = tr("Suggested tags that wait for your yes or no")
    said = tr("{count} suggestions").format(count=number(waiting))
    return Row("review", "check", name, waiting, _spoken(name, said), tip)


def folder_rows(folders: Sequence[FolderSummary]) -> list[Row]:
    """Build rows in the given order; equal names get their parent folder's."""
    names = Counter(folder_name(folder.root.path) for folder in folders)
    return [
        _folder_row(folder, twice=names[folder_name(folder.root.path)] > 1) for folder in folders
    ]


def tag_rows(tags: Sequence[TagCount], wanted: str = "") -> list[Row]:
    """Build rows, most used first, of tags whose name contains `wanted` in any case."""
    part = tag_key(" ".join(wanted.split()))
    used = [tag for tag in tags if _uses(tag) and part in tag_key(tag.name)]
    used.sort(key=lambda tag: (-_uses(tag), tag_key(tag.name)))
    return [_tag_row(tag) for tag in used]


def waiting(tags: Sequence[TagCount]) -> int:
    return sum(tag.suggested for tag in tags)


def _folder_row(folder: FolderSummary, *, twice: bool) -> Row:
    path = folder.root.path
    name = folder_name(path)
    if twice and path.parent.name:
        name = f"{name} – {path.parent.name}"
    icon, note, state = "folder", "", tr("up to date")
    if folder.root.offline:
        icon, state = "plug", tr("not connected")
    elif folder.root.last_indexed_at is None:
        state = tr("being read")
        note = "" if folder.photos else tr("being read")
    if folder.failures:
        icon = "warning" if icon == "folder" else icon
        state += ", " + _unreadable(folder.failures)
    said = photos(folder.photos)
    tip = f"{path}\n{said}, {state}"
    spoken = _spoken(name, said, state)
    return Row(path, icon, name, folder.photos, spoken, tip, note, muted=folder.root.offline)


def _tag_row(tag: TagCount) -> Row:
    confirmed = tr("{count} confirmed").format(count=number(tag.confirmed))
    suggested = tr("{count} suggested").format(count=number(tag.suggested))
    parts = [
        part for part, count in ((confirmed, tag.confirmed), (suggested, tag.suggested)) if count
    ]
    said = ", ".join(parts)
    return Row(tag.name, "tag", tag.name, _uses(tag), _spoken(tag.name, said), said)


def _unreadable(count: int) -> str:
    if count == 1:
        return tr("1 file could not be read")
    return tr("{count} files could not be read").format(count=number(count))


def _uses(tag: TagCount) -> int:
    return tag.confirmed + tag.suggested


def _spoken(*parts: str) -> str:
    return ", ".join(parts)
