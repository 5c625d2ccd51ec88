"""Files that could not be read."""

import sqlalchemy as sa

from photofind.store import schema


def forget_failures(connection: sa.Connection) -> None:
    """So that the next run reads those files as if it met them for the first time."""
    files = schema.files
    connection.execute(sa.delete(files).where(files.c.failure.is_not(None)))
