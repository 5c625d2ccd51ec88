"""Tags stay with the photo a person would say, however its file is saved, or are offered to it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import ImageEnhance, ImageOps

from photofind.store import roots
from photofind.store.continuity import Offer
from photofind.store.successions import Verdict
from tests.support.fake_encoder import SeeingEncoder
from tests.support.tagged_folder import TaggedFolder, jpeg, picture, rewrite

DATE, MODEL = 0x0132, 0x0110


def _edited(number: int = 1, brightness: float = 0.8) -> bytes:
    return jpeg(ImageEnhance.Brightness(picture(number)).enhance(brightness))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[TaggedFolder]:
    """Of twelve photos, `a.jpg` tagged "beach"."""
    with TaggedFolder(tmp_path) as library:
        for number in range(11):
            library.add(f"{number}.jpg", jpeg(picture(100 + number)))
        photo = library.add("a.jpg", jpeg(picture(1)))
        library.run()
        library.tag(photo, "beach")
        yield library


@pytest.fixture
def photo(library: TaggedFolder) -> Path:
    return library.folder / "a.jpg"


def _offers(library: TaggedFolder) -> list[Offer]:
    return library.engine.catalogue.continuity.offers()


def _in_place(photo: Path, data: bytes, run: Callable[[], object]) -> None:
    photo.write_bytes(data)


def _renamed_over(photo: Path, data: bytes, run: Callable[[], object]) -> None:
    rewrite(photo, lambda _: data)


def _moved_away(photo: Path, data: bytes, run: Callable[[], object]) -> None:
    photo.rename(photo.with_name("a.jpg_original"))
    run()
    photo.write_bytes(data)


def _moved_away_as_a_photo(photo: Path, data: bytes, run: Callable[[], object]) -> None:
    photo.rename(photo.with_name("a backup.jpg"))
    run()
    photo.write_bytes(data)


def _truncated_first(photo: Path, data: bytes, run: Callable[[], object]) -> None:
    photo.write_bytes(data[: len(data) // 2])
    run()
    photo.write_bytes(data)


def _emptied_first(photo: Path, data: bytes, run: Callable[[], object]) -> None:
    photo.write_bytes(b"")
    run()
    photo.write_bytes(data)


def _deleted_first(photo: Path, data: bytes, run: Callable[[], object]) -> None:
    photo.unlink()
    run()
    run()
    photo.write_bytes(data)


WAYS = [
    _in_place, _renamed_over, _moved_away, _moved_away_as_a_photo, _truncated_first,
    _emptied_first, _deleted_first,
]  # fmt: skip


@pytest.mark.parametrize("save", WAYS)
def test_that_an_edit_saved_in_any_way_keeps_its_tags(
    library: TaggedFolder, photo: Path, save: Callable[[Path, bytes, Callable[[], object]], None]
) -> None:
    before = library.photo_at(photo)
    save(photo, _edited(), library.run)
    library.run()

    assert library.photo_at(photo) != before
    assert library.tags_at(photo) == {"beach"}
    assert _offers(library) == []


def test_that_restored_bytes_have_the_tags_set_since(library: TaggedFolder, photo: Path) -> None:
    original = photo.read_bytes()
    photo.write_bytes(_edited())
    library.run()
    library.tag(photo, "summer")
    library.untag(photo, "beach")
    library.tag(photo, "sea")
    photo.write_bytes(original)
    library.run()

    assert library.tags_at(photo) == {"summer", "sea"}


def test_that_restored_bytes_have_the_tags_of_an_edit_of_which_a_copy_is_left(
    library: TaggedFolder, photo: Path
) -> None:
    original = photo.read_bytes()
    photo.write_bytes(_edited())
    library.run()
    photo.write_bytes(_edited(brightness=0.7))
    library.run()
    library.tag(photo, "summer")
    copy = library.add("copies/photo.jpg", photo.read_bytes())
    library.run()
    photo.write_bytes(original)
    library.run()

    assert library.tags_at(photo) == library.tags_at(copy) == {"beach", "summer"}


def test_that_a_photo_renamed_and_edited_meanwhile_is_offered(
    library: TaggedFolder, photo: Path
) -> None:
    photo.unlink()
    other = library.add("renamed.jpg", _edited())
    library.run()

    assert library.tags_at(other) == set()
    (offer,) = _offers(library)
    assert (offer.former_path, offer.path, offer.tags) == (photo, other, ("beach",))
    library.engine.catalogue.continuity.accept(offer.id)
    assert library.tags_at(other) == {"beach"}
    assert _offers(library) == []
    assert library.engine.catalogue.continuity.orphans() == []


def test_that_tags_stay_listed_where_no_checkpoint_can_compare(
    library: TaggedFolder, photo: Path
) -> None:
    photo.unlink()
    library.add("renamed.jpg", _edited())
    library.reopen(SeeingEncoder("another"))
    library.run()

    assert _offers(library) == []
    (orphan,) = library.engine.catalogue.continuity.orphans()
    assert (orphan.path, orphan.tags) == (photo, ("beach",))


def test_that_a_declined_offer_does_not_return(library: TaggedFolder, photo: Path) -> None:
    photo.unlink()
    other = library.add("renamed.jpg", _edited())
    library.run()
    continuity = library.engine.catalogue.continuity
    continuity.decline(continuity.offers()[0].id)
    os.utime(other)
    library.run()
    library.run()

    assert continuity.offers() == []
    (orphan,) = continuity.orphans()
    assert (orphan.path, orphan.tags) == (photo, ("beach",))


def test_that_another_picture_saved_over_a_photo_gets_no_tags_silently(
    library: TaggedFolder, photo: Path
) -> None:
    photo.write_bytes(jpeg(picture(2)))
    library.run()

    assert library.tags_at(photo) == set()
    (offer,) = _offers(library)
    assert (offer.verdict, offer.former_path, offer.path) == (Verdict.REPLACED, photo, photo)


def test_that_a_shot_of_another_camera_and_time_gets_no_tags_however_alike(
    library: TaggedFolder, photo: Path
) -> None:
    photo.write_bytes(jpeg(picture(1), {DATE: "2019:07:01 12:00:00", MODEL: "D750"}))
    library.run()
    assert library.tags_at(photo) == {"beach"}
    alike = ImageEnhance.Brightness(picture(1)).enhance(0.97)
    photo.write_bytes(jpeg(alike, {DATE: "2021:07:01 12:00:00", MODEL: "iPhone"}))
    library.run()

    assert library.tags_at(photo) == set()
    assert len(_offers(library)) == 1


def test_that_an_edit_that_kept_date_and_camera_keeps_the_tags_however_different(
    library: TaggedFolder, photo: Path
) -> None:
    tags = {DATE: "2019:07:01 12:00:00", MODEL: "D750"}
    photo.write_bytes(jpeg(picture(1), tags))
    library.run()
    photo.write_bytes(jpeg(ImageOps.invert(picture(1)), tags))
    library.run()

    assert library.tags_at(photo) == {"beach"}


def test_that_photos_that_swap_names_keep_their_own_tags(
    library: TaggedFolder, photo: Path
) -> None:
    alike = library.add("b.jpg", _edited(brightness=0.95))
    library.run()
    library.tag(alike, "desert")
    one, two = photo.read_bytes(), alike.read_bytes()
    photo.write_bytes(two)
    alike.write_bytes(one)
    library.run()

    assert library.tags_at(photo) == {"desert"}
    assert library.tags_at(alike) == {"beach"}
    assert _offers(library) == []


def test_that_a_copy_of_a_photo_saved_over_one_like_it_is_not_given_its_tags(
    library: TaggedFolder, photo: Path
) -> None:
    alike = library.add("b.jpg", _edited(brightness=0.95))
    library.run()
    library.tag(alike, "desert")
    photo.write_bytes(alike.read_bytes())
    library.run()

    assert library.tags_at(alike) == {"desert"}
    (offer,) = _offers(library)
    assert offer.tags == ("beach",)


def test_that_a_name_used_again_later_gets_no_tags_of_the_photo_that_moved(
    library: TaggedFolder, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = photo.rename(library.folder / "best of 2019.jpg")
    library.run()
    monkeypatch.setattr("photofind.store.successions.SAVING_S", -1.0)
    photo.write_bytes(_edited(brightness=0.95))
    library.run()

    assert library.tags_at(photo) == set()
    assert library.tags_at(moved) == {"beach"}
    assert _offers(library) == []


def test_that_tags_wait_for_the_root_to_return_edited(library: TaggedFolder, photo: Path) -> None:
    with library.engine.database.writing() as connection:
        (root,) = roots.list_roots(connection)
        roots.remove_root(connection, root.id)
    (orphan,) = library.engine.catalogue.continuity.orphans()
    assert orphan.path == photo
    photo.write_bytes(_edited())
    library.reopen()
    library.run()

    assert library.tags_at(photo) == {"beach"}
    assert library.engine.catalogue.continuity.orphans() == []


def test_that_tags_stay_when_an_outer_root_takes_over(library: TaggedFolder, photo: Path) -> None:
    photo.unlink()
    library.run()
    with library.engine.database.writing() as connection:
        roots.add_root(connection, library.folder.parent)
    photo.write_bytes(_edited())
    library.run()

    assert library.tags_at(photo) == {"beach"}


def test_that_an_edit_during_a_change_of_checkpoint_keeps_its_tags_or_is_offered(
    library: TaggedFolder, photo: Path
) -> None:
    photo.write_bytes(_edited())
    library.reopen(SeeingEncoder("another"))
    library.run()

    assert library.tags_at(photo) == set()
    (offer,) = _offers(library)
    assert (offer.tags, offer.path) == (("beach",), photo)


def test_that_several_edits_in_a_row_keep_the_tags(library: TaggedFolder, photo: Path) -> None:
    for step in range(1, 6):
        photo.write_bytes(_edited(brightness=1 - step / 20))
        library.run()
        library.tag(photo, f"step {step}")

    assert library.tags_at(photo) == {"beach", *(f"step {step}" for step in range(1, 6))}
    assert library.engine.catalogue.continuity.orphans() == []


def test_that_a_deleted_photo_with_tags_is_listed_until_it_returns(
    library: TaggedFolder, photo: Path
) -> None:
    data = photo.read_bytes()
    photo.unlink()
    library.run()
    continuity = library.engine.catalogue.continuity
    assert [(orphan.path, orphan.tags) for orphan in continuity.orphans()] == [(photo, ("beach",))]
    assert continuity.counts() == (0, 1)

    library.add("returned.jpg", data)
    library.run()
    assert continuity.orphans() == []


def test_that_a_photo_saved_under_a_new_name_before_the_old_one_goes_is_offered(
    library: TaggedFolder, photo: Path
) -> None:
    other = library.add("a-edited.jpg", _edited())
    library.run()
    photo.unlink()
    library.run()

    (offer,) = _offers(library)
    assert (offer.path, offer.verdict) == (other, Verdict.SIMILAR)


def test_that_a_run_killed_before_its_end_loses_no_offer(
    library: TaggedFolder, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo.unlink()
    other = library.add("renamed.jpg", _edited())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("photofind.indexing.indexer.Indexer._settle", killed)
        with pytest.raises(KeyboardInterrupt):
            library.run()
    library.reopen()
    library.run()

    assert [offer.path for offer in _offers(library)] == [other]


def _followed(library: TaggedFolder, photo: Path) -> Verdict | None:
    """What the details of a photo say of the one before it."""
    details = library.engine.catalogue.photos.details(library.photo_at(photo))
    assert details is not None
    return None if details.followed is None else details.followed.verdict


def test_that_the_details_say_which_happened(library: TaggedFolder, photo: Path) -> None:
    assert _followed(library, photo) is None

    photo.write_bytes(_edited())
    library.run()
    assert _followed(library, photo) is Verdict.EDITED

    photo.write_bytes(jpeg(picture(2)))
    library.run()
    assert _followed(library, photo) is Verdict.REPLACED

    (offer,) = _offers(library)
    library.engine.catalogue.continuity.accept(offer.id)
    assert _followed(library, photo) is Verdict.ACCEPTED


def test_that_a_restored_photo_that_is_deleted_is_listed(
    library: TaggedFolder, photo: Path
) -> None:
    original = photo.read_bytes()
    for data in (_edited(), original):
        photo.write_bytes(data)
        library.run()
    photo.unlink()
    library.run()

    orphans = library.engine.catalogue.continuity.orphans()
    assert [orphan.tags for orphan in orphans] == [("beach",)]
