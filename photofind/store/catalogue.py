"""What a catalogue offers: a repository for each subject.

Every method is thread-safe and owns its transaction. Nothing outside of this package opens a
connection, or knows which database keeps the catalogue.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings, Failure, FileStat, Fingerprint, PhotoId
from photofind.paths import LibraryPaths
from photofind.store.continuity import Answered, Offer, Orphan, SqliteContinuity
from photofind.store.counts import Counts
from photofind.store.database import Database
from photofind.store.files import SqliteFiles
from photofind.store.filters import FilterKind, Filters, SqliteFilters
from photofind.store.gallery import FolderSummary, PhotoDetails, PhotoRows
from photofind.store.indexed import (
    ChangeRepository,
    DerivedRepository,
    EmbeddingRepository,
    FileRepository,
    SuggestionRepository,
)
from photofind.store.lookalikes import Candidate, Lookalikes
from photofind.store.ordering import PhotoOrder
from photofind.store.roots import Root
from photofind.store.shown_files import StoredFile
from photofind.store.snapshots import Pause
from photofind.store.sqlite_catalogue import (
    SqliteChanges,
    SqliteDerived,
    SqliteEmbeddings,
    SqlitePhotos,
    SqliteRoots,
    SqliteTags,
)
from photofind.store.successions import Succession, Verdict
from photofind.store.suggestions import SqliteSuggestions
from photofind.store.tag_decisions import DecidedTag, TagChanges
from photofind.store.tags import VISIBLE, PhotoTag, Suggestion, TagCount, TagState


class PhotoRepository(Protocol):
    """Photos, as they are shown and looked up."""

    def all_rows(self) -> PhotoRows:
        """Read all photos that have a file, the newest first."""
        ...

    def ordered_rows(
        self, order: PhotoOrder, filters: Filters = (), among: NDArray[np.int64] | None = None
    ) -> PhotoRows:
        """Read the photos that pass filters, in an order; of `among`, (M,) int64, or of all."""
        ...

    def rows(self, photo_ids: Sequence[int] | NDArray[np.int64]) -> PhotoRows:
        """Read photos in the order of their ids; those without a file are left out."""
        ...

    def details(self, photo_id: PhotoId, filters: Filters = ()) -> PhotoDetails | None:
        """Read everything about one photo; `filters` choose the file shown."""
        ...

    def files(
        self, photo_ids: Sequence[PhotoId], filters: Filters = ()
    ) -> dict[PhotoId, list[StoredFile]]:
        """List the files of each photo, the one shown under some filters first."""
        ...

    def take_out(self, files: Sequence[StoredFile]) -> tuple[list[StoredFile], list[StoredFile]]:
        """Forget files about to be moved away; see `shown_files.take_out`."""
        ...

    def put_back(self, files: Sequence[tuple[StoredFile, FileStat]]) -> None:
        """Record files that were moved back, with their current state."""
        ...

    def ids_of(self, contents: Sequence[Fingerprint]) -> dict[Fingerprint, PhotoId]:
        """Look up photos by fingerprint; unknown ones are absent."""
        ...

    def fingerprint(self, photo_id: PhotoId) -> Fingerprint | None: ...

    def paths(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, list[Path]]:
        """List the files of each photo, sorted; photos without a file are absent."""
        ...

    def counts(self) -> Counts: ...

    def by_year(self) -> dict[int, int]:
        """Count photos by year taken, ascending; undated ones are left out."""
        ...

    def shown_paths(self, photo_ids: Sequence[PhotoId], filters: Filters = ()) -> list[Path]:
        """List the file shown of each photo that has one; arguments as `details`."""
        ...

    def has_older(self) -> bool:
        """Return whether photos may be known by file bytes, see [Note: older photos]."""
        ...

    def delete_gone(self, before: datetime, limit: int, drop: Callable[[Fingerprint], None]) -> int:
        """Delete photos whose last file is gone since before a moment; see `gone`."""
        ...

    def filter_values(self, kind: FilterKind[Any], vocabulary: Sequence[str]) -> list[str]:
        """List a filter's values for completion; empty if it takes any text."""
        ...


class RootRepository(Protocol):
    """Roots, the folders that a person added, and their files."""

    def all(self) -> list[Root]:
        """List all roots, in the order they were added."""
        ...

    def summaries(self) -> list[FolderSummary]:
        """List all roots with their counts, in the order they were added."""
        ...

    def add(self, paths: Sequence[Path]) -> list[Root]:
        """Add folders, all or none, and return all roots; see `roots.add_root`.

        Raises:
            BadInputError: A root inside one of them is offline.
        """
        ...

    def remove(self, root_id: int) -> None:
        """Delete a root and its files; photos and tags stay, for when they return."""
        ...

    def failures(self, root_id: int | None = None) -> list[Failure]:
        """List files that could not be read, by path; of one root or of all."""
        ...

    def forget_failures(self) -> None:
        """Retry, in the next run, all files that could not be read and facts not derived."""
        ...


class FilterRepository(Protocol):
    """Selects and locates photos that have a file, for search."""

    def select(self, filters: Filters) -> NDArray[np.int64]:
        """Return the ids (N,) int64 of photos that pass, strictly ascending."""
        ...

    def newest(self, filters: Filters, top_k: int) -> tuple[list[PhotoId], int]:
        """Return the `top_k` photos taken last, newest first, and how many pass in all.

        Photos without a date come last.

        Args:
            top_k: At least 1.
        """
        ...

    def locate(self, photo_ids: Sequence[PhotoId], filters: Filters) -> Mapping[PhotoId, Path]:
        """Return the file shown of each photo; photos without one that passes are absent."""
        ...


class TagRepository(Protocol):
    """Tags on photos; see tags.py."""

    def of(
        self, photo_ids: Sequence[PhotoId], states: Sequence[TagState] = VISIBLE
    ) -> list[list[PhotoTag]]:
        """List the tags of each photo: decided ones by name, then suggestions, best first."""
        ...

    def counts(self) -> list[TagCount]:
        """Count photos by tag and state, for tags that a photo with a file has, by name."""
        ...

    def review_queue(self, limit: int, name: str | None = None) -> list[Suggestion]:
        """List suggestions that wait for a decision, best first, of one tag or of all."""
        ...

    def decide(self, photo_ids: Sequence[PhotoId], changes: TagChanges) -> tuple[DecidedTag, ...]:
        """Change tags as a person decided, all or none; returns only those that differ.

        Raises:
            BadInputError: A name is no name for a tag.
        """
        ...

    def take_back(self, decided: Sequence[DecidedTag]) -> list[PhotoId]:
        """Undo decisions; returns the photos that are affected now."""
        ...


class ContinuityRepository(Protocol):
    """Which photo follows which, offers and orphans after files changed."""

    def offers(self) -> list[Offer]:
        """List open offers, the most similar first."""
        ...

    def orphans(self) -> list[Orphan]:
        """List orphans, the last gone first."""
        ...

    def counts(self) -> tuple[int, int]:
        """Count open offers and orphans."""
        ...

    def accept(self, offer_id: int) -> Answered:
        """Move the person's tags to the offered photo; `BadInputError` if it is not open."""
        ...

    def decline(self, offer_id: int) -> Answered:
        """Never offer this again; `BadInputError` if it is not open."""
        ...

    def undecided(self, space: int) -> list[Succession]:
        """List successions that wait for a verdict, in the order they happened.

        Args:
            space: Where photos are compared if both are embedded there, else in any other.
        """
        ...

    def settle(self, verdicts: Sequence[tuple[Succession, Verdict | None]]) -> None:
        """Record verdicts, and carry tags to edits; `None` where it turned out to be none."""
        ...

    def sample(self, space: int, size: int) -> Embeddings:
        """Sample up to `size` embeddings (N, dim) float32 from the whole library."""
        ...

    def lookalikes(self, space: int) -> Lookalikes:
        """Select the photos to compare in a space; constant time if nothing changed."""
        ...

    def offer(self, similar: Sequence[tuple[Candidate, Candidate, float]]) -> None:
        """Offer what was found of `lookalikes`; all of them count as compared.

        Args:
            similar: A photo that is gone, another one, and the cosine of their embeddings.
        """
        ...

    def take_back(self, answered: Answered) -> None:
        """Reopen an answered offer, and take back the tags that were moved."""
        ...


class Maintenance(Protocol):
    """What is done with a catalogue as a whole."""

    def check(self, pause: Pause = ...) -> None:
        """Read everything once.

        Args:
            pause: Called every now and then; raises `CancelledError` to give up.

        Raises:
            CatalogueDamagedError: Pages or references are broken.
        """
        ...

    def maintain(self, pause: Pause = ...) -> None:
        """Take a copy if one is due, check after a crash; arguments and errors as `check`."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Catalogue(AbstractContextManager["Catalogue"]):
    """All repositories of one library; close it when none uses it."""

    photos: PhotoRepository
    roots: RootRepository
    files: FileRepository
    filtered: FilterRepository
    embeddings: EmbeddingRepository
    changes: ChangeRepository
    derived: DerivedRepository
    tags: TagRepository
    suggestions: SuggestionRepository
    continuity: ContinuityRepository
    maintenance: Maintenance

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        self.maintenance.close()


def open_catalogue(paths: LibraryPaths, *, write: bool, create: bool = True) -> Catalogue:
    """Open the catalogue of a library; for writing, create or upgrade it first.

    Args:
        create: Of no meaning for a reader, which never creates one.

    Raises:
        BadInputError: There is none, and none is to be created.
        LibraryBusyError: Opened for writing while another process writes.
        LibraryDamagedError: It cannot be read or was made by a newer photofind.
        UserFacingError: It was made by an older photofind, and only a writer may upgrade it.
    """
    return catalogue_in(Database.open(paths, write=write, create=create))


def catalogue_in(database: Database) -> Catalogue:
    """Make the repositories of a catalogue in SQLite."""
    return Catalogue(
        photos=SqlitePhotos(database),
        roots=SqliteRoots(database),
        files=SqliteFiles(database),
        filtered=SqliteFilters(database),
        embeddings=SqliteEmbeddings(database),
        changes=SqliteChanges(database),
        derived=SqliteDerived(database),
        tags=SqliteTags(database),
        suggestions=SqliteSuggestions(database),
        continuity=SqliteContinuity(database),
        maintenance=database,
    )
