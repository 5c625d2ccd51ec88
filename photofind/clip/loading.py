"""A checkpoint's name → an encoder."""

from photofind.clip.checkpoints import CheckpointShelf
from photofind.clip.encoder import Encoder
from photofind.paths import LibraryPaths
from photofind.settings import Settings


def load_encoder(paths: LibraryPaths, settings: Settings, name: str) -> Encoder:
    """Loads a checkpoint, in seconds; raises `CheckpointError` where it is not on this machine."""
    checkpoint = CheckpointShelf(paths).find(name)
    # torch takes seconds to import, and most commands never need it.
    from photofind.clip.open_clip_encoder import OpenClipEncoder
    from photofind.clip.precision import PrecisionMemory

    memory = PrecisionMemory(paths.precision)
    return OpenClipEncoder(checkpoint, threads=settings.threads or None, memory=memory)
