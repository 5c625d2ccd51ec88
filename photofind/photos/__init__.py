"""A file on disk → an upright RGB picture and its metadata."""
