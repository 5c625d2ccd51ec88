"""A child process that does what no child should, as the checkpoint of its start says.

python -m tests.support.odd_child
"""

import logging
import sys
import time

from photofind.child.messages import ChildThread, Heartbeat, Start, Started
from photofind.child.pipe import LogForwarder, MessageWriter, read_messages
from photofind.domain import EmbeddingSpace

SPACE = EmbeddingSpace("odd", "0" * 64, 1, 8)


def main() -> None:
    messages = read_messages(sys.stdin.buffer)
    number, start = next(messages)
    assert isinstance(start, Start)
    responses = MessageWriter(sys.stdout.buffer)
    match start.checkpoint:
        case "sends what cannot be read":
            sys.stdout.buffer.write(b"cphotofind.nowhere\nNothing\n.")
            sys.stdout.buffer.flush()
        case "ends in the middle of a message":
            sys.stdout.buffer.write(b"\x80\x04\x95\xff\x00\x00\x00\x00\x00\x00\x00half")
            sys.stdout.buffer.flush()
            sys.exit(3)
        case "reads pictures for ever":
            responses.send(number, Started(SPACE, ()))
            while True:
                responses.send(None, Heartbeat(ChildThread.PICTURES))
                time.sleep(0.05)
        case "logs":
            log = logging.getLogger("photofind.odd")
            log.setLevel(logging.DEBUG)
            log.addHandler(LogForwarder(responses))
            log.debug("a detail")
            log.warning("%s of %d", "two", 3)
            try:
                raise KeyError("the cause")
            except KeyError:
                log.exception("it failed")
            responses.send(number, Started(SPACE, ()))
        case "says nothing more":
            responses.send(number, Started(SPACE, ()))
    time.sleep(600)


if __name__ == "__main__":
    main()
