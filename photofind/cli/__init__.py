"""The command line, one module for each command; nothing here imports Qt."""

COMMANDS = (
    "index",
    "watch",
    "search",
    "similar",
    "region",
    "tag",
    "tags",
    "status",
    "evaluate",
    "checkpoints",
)
"""Every command's name, in the order of the help."""
