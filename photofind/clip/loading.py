"""Load an encoder by a checkpoint's name."""

from photofind.clip.checkpoints import CheckpointShelf
from photofind.clip.encoder import Encoder
from photofind.paths import LibraryPaths
from photofind.settings import Settings


def load_encoder(paths: LibraryPaths, settings: Settings, name: str) -> Encoder:
    """Load a checkpoint, in seconds.

    Raises:
        CheckpointError: It is not on this machine, or damaged.
    """
    checkpoint = CheckpointShelf(paths).find(name)
    # torch takes seconds to import, and most commands never need it.
    from photofind.clip.open_clip_encoder import OpenClipEncoder
    from photofind.clip.precision import PrecisionMemory

    memory = PrecisionMemory(paths.precision)
    return OpenClipEncoder(checkpoint, threads=settings.threads or None, memory=memory)
