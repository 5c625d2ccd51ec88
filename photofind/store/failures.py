"""Files that could not be read, and photos of which something could not be made."""

import sqlalchemy as sa

from photofind.store import derived, schema


def forget_failures(connection: sa.Connection) -> None:
    """Have the next run try again as if it met files and photos for the first time."""
    files = schema.files
    connection.execute(sa.delete(files).where(files.c.failure.is_not(None)))
    derived.forget_failures(connection)
