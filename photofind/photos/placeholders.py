"""Files whose content is in a cloud or on tape: opening one would download it, so none is opened.

Whoever opens a file of a person looks here first, also at the moment of opening: a file may be sent
away at any time.
"""

import os

NOT_ON_THIS_COMPUTER = "Not on this computer. It is read once it has been downloaded."

# FILE_ATTRIBUTE_OFFLINE, _RECALL_ON_OPEN and _RECALL_ON_DATA_ACCESS of Windows.
_RECALLED = 0x1000 | 0x40000 | 0x400000
# Of macOS, <sys/stat.h>.
_SF_DATALESS = 0x40000000


def is_placeholder(found: os.stat_result) -> bool:
    """Return whether a file's content is to be fetched on open."""
    attributes = getattr(found, "st_file_attributes", 0)
    return bool(attributes & _RECALLED or getattr(found, "st_flags", 0) & _SF_DATALESS)
