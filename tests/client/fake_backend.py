"""A backend's outside, as a program: the lock, the file, and /healthz. For tests of the client.

Arguments: MODE TOKEN [VERSION]. Modes: good; idle and busy (answer for their status, and to stop);
liar (does not know the token); broken (says why and ends); mute (holds the lock, nothing more).
"""

import fcntl
import hmac
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from courier_backend.model.places import places

MODE, TOKEN = sys.argv[1:3]
VERSION = sys.argv[3] if len(sys.argv) > 3 else "0.1.0"

COUNTS = ("activeInstances", "activeRuns", "scheduledJobs")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if path.path == "/healthz":
            self._answer(self._health(parse_qs(path.query)["nonce"][0]))
        elif MODE in {"idle", "busy"}:
            runs = int(MODE == "busy")
            self._answer({"item": dict.fromkeys(COUNTS, 0) | {"activeRuns": runs}})
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        self._answer({"item": {}})
        self.server.server_close()
        os._exit(0)

    def _health(self, nonce: str) -> dict[str, str]:
        token = "something else" if MODE == "liar" else TOKEN
        proof = hmac.digest(token.encode(), nonce.encode(), "sha256").hex()
        return {"status": "ok", "version": VERSION, "hmac": proof}

    def _answer(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


def main() -> None:
    here = places()
    if MODE == "broken":
        sys.exit("first line\nThe disk is on fire.")
    for folder in (here.data, here.run):
        folder.mkdir(parents=True, exist_ok=True)
    lock = here.lock.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("Another backend already serves this folder.")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if MODE != "mute":
        told = {"url": f"http://127.0.0.1:{server.server_port}", "token": TOKEN}
        draft = here.backend_file.with_suffix(".new")
        draft.write_text(json.dumps({**told, "version": VERSION}))
        draft.rename(here.backend_file)
    server.serve_forever()


main()
