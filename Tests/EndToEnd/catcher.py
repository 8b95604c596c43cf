"""A webhook receiver on loopback that verifies every request and remembers what it was."""
import http.server
import json
import threading

from standardwebhooks.webhooks import Webhook


class Catcher:
    """Collects (webhook id, payload); `unverified` counts requests whose signature did not verify."""

    def __init__(self, secret):
        self.received, self.unverified = [], []
        self.lock = threading.Lock()
        verifier = Webhook(secret)
        catcher = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    verifier.verify(body, headers)
                    with catcher.lock:
                        catcher.received.append((headers["webhook-id"], json.loads(body)))
                except Exception as error:  # whatever the library raises means: not verified
                    with catcher.lock:
                        catcher.unverified.append(repr(error))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def snapshot(self):
        with self.lock:
            return list(self.received)

    def stop(self):
        self.server.shutdown()
