"""Every error photofind raises on purpose.

    PhotofindError
    ├── UserFacingError          the environment's doing; says what happened and what to do next
    │   ├── LibraryBusyError     another process writes to this library
    │   ├── LibraryDamagedError  the catalogue cannot be read or was made by a newer photofind
    │   │   └── CatalogueDamagedError  it is broken; a copy may be put in its place
    │   ├── CheckpointError      a search model is missing, damaged or of an unknown kind
    │   ├── QueryError           a query that cannot be understood; says where
    │   └── BadInputError        an argument, file or folder that cannot be used
    ├── UnreadablePhotoError     one photo is at fault; goes to the list of failures
    │   └── MissingExtraError    not the photo but an optional part of photofind; tried again
    ├── ProducerError            nothing of one kind can be made of one photo; its others are
    ├── FileChangedError         a file changed while it was read; not at fault, tried again
    └── CancelledError           the person asked to stop

Anything else that escapes is a bug.
"""

from typing import ClassVar


class PhotofindError(Exception):
    pass


class UserFacingError(PhotofindError):
    """Something a person can act on.

    Args:
        message: What happened, naming the thing.
        hint: The next step, a full sentence.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        # Made again from all its arguments when it comes from another process.
        return type(self), (self.message, self.hint)


class LibraryBusyError(UserFacingError):
    code = "library_busy"


class LibraryDamagedError(UserFacingError):
    code = "library_damaged"


class CatalogueDamagedError(LibraryDamagedError):
    pass


class CheckpointError(UserFacingError):
    code = "checkpoint"


class QueryError(UserFacingError):
    """A query that cannot be understood.

    Args:
        message: What was found and what was expected.
        hint: An example that would be understood.
        column: Where in the query, from 1.
    """

    code = "query"

    def __init__(self, message: str, hint: str, column: int) -> None:
        super().__init__(message, hint)
        self.column = column

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.message, self.hint, self.column)


class BadInputError(UserFacingError):
    code = "bad_input"


class UnreadablePhotoError(PhotofindError):
    """A file that is not a photo photofind can read; the message is for its owner."""


class MissingExtraError(UnreadablePhotoError):
    """A format whose reader is not installed; the next run tries again."""


class ProducerError(PhotofindError):
    """A photo of which nothing of one kind can be made; the message is for its owner."""


class FileChangedError(PhotofindError):
    pass


class CancelledError(PhotofindError):
    pass
