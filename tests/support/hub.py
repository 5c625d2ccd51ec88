"""A model hub on this machine: the routes its client asks for, serving one repository."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """Serves the files of a folder as OWNER/REPOSITORY.

    Attributes:
        break_after: Bytes of a file after which its next transfer is cut off, once.
        sent: Bytes of file content sent so far.
        wrong: Names of files whose content is sent with one byte changed.
    """

    def __init__(self, folder: Path, repository: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.repository = repository
        self.break_after: int | None = None
        self.sent = 0
        self.wrong: set[str] = set()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def sha256(self, name: str) -> str:
        return hashlib.sha256((self.folder / name).read_bytes()).hexdigest()


@contextmanager
def serving(folder: Path, repository: str) -> Iterator[Hub]:
    """A hub in a thread of its own."""
    with Hub(folder, repository) as hub:
        thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        hub = self.server
        path = self.path.partition("?")[0]
        if path.startswith(f"/api/models/{hub.repository}"):
            self._send_info(tree="/tree/" in path)
            return
        prefix = f"/{hub.repository}/resolve/{COMMIT}/"
        file = hub.folder / path.removeprefix(prefix)
        if path.startswith(prefix) and file.is_file():
            self._send_file(file, body=body)
        else:
            self.send_response(HTTPStatus.NOT_FOUND)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _send_info(self, *, tree: bool) -> None:
        files = sorted(path for path in self.server.folder.iterdir() if path.is_file())
        described = [
            {
                "rfilename": path.name,
                "path": path.name,
                "type": "file",
                "oid": COMMIT,
                "size": path.stat().st_size,
                "blobId": COMMIT,
                **(
                    {
                        "lfs": {
                            "sha256": self.server.sha256(path.name),
                            "oid": self.server.sha256(path.name),
                            "size": path.stat().st_size,
                            "pointerSize": 134,
                        }
                    }
                    if path.suffix in {".safetensors", ".bin"}
                    else {}
                ),
            }
            for path in files
        ]
        info = (
            described
            if tree
            else {
                "id": self.server.repository,
                "sha": COMMIT,
                "private": False,
                "downloads": 0,
                "likes": 0,
                "tags": [],
                "siblings": described,
            }
        )
        content = json.dumps(info).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _send_file(self, file: Path, *, body: bool) -> None:
        content = file.read_bytes()
        if file.name in self.server.wrong:
            content = content[:-1] + bytes([content[-1] ^ 1])
        first = 0
        wanted = self.headers.get("Range", "")
        if wanted.startswith("bytes="):
            first = int(wanted.removeprefix("bytes=").partition("-")[0])
        part = content[first:]
        self.send_response(HTTPStatus.PARTIAL_CONTENT if first else HTTPStatus.OK)
        self.send_header("ETag", f'"{self.server.sha256(file.name)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(part)))
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if not body:
            return
        limit, self.server.break_after = self.server.break_after, None
        if limit is not None and limit < len(part):
            part = part[:limit]
            self.close_connection = True
        self.wfile.write(part)
        self.server.sent += len(part)
