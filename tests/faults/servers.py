"""The other side of the line, on loopback: a mail server and a provider of text messages."""

import json
import threading
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

from tests.site import free_port


class Mailbox:
    """Keep what arrives; answer as told. `answers` are SMTP replies to RCPT, `after_data` one to the words."""

    def __init__(self):
        self.mails, self.answers, self.after_data, self.drops = [], [], [], 0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.mails[-1].return_path = envelope.mail_from
        if self.drops:
            # Taken, and the line breaks before anybody is told.
            self.drops -= 1
            server.transport.abort()
        return self.after_data.pop(0) if self.after_data else "250 2.0.0 taken"


@contextmanager
def mail_server():
    """Give a mailbox and the address of its server, as `EMAIL_URL` has it."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        mailbox.host, mailbox.port = "127.0.0.1", controller.port
        yield mailbox
    finally:
        controller.stop()


class Provider:
    """Takes requests, keeps what it took by id, and answers as told.

    `statuses` are answered next, with nothing taken. `drops`: taken, and the line breaks.
    """

    def __init__(self):
        self.requests, self.known, self.statuses, self.drops = [], {}, [], 0
        # What the body of an answer is, as JSON; None is an empty one.
        self.says = None

    def post(self, handler, body):
        self.requests.append((handler.path, handler.headers, body))
        if self.statuses:
            return self.statuses.pop(0)
        said = json.loads(body) if handler.headers.get("Content-Type", "").startswith("application/json") else {}
        self.known.setdefault(said.get("id"), []).append(said)
        if self.drops:
            self.drops -= 1
            return None
        return 201

    def get(self, handler):
        return 200 if handler.path.rpartition("/")[2] in self.known else 404


@contextmanager
def http_server():
    """Give a provider; its `url` has no slash at its end."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer(provider.post(self, body))

        def do_GET(self):
            self._answer(provider.get(self))

        def _answer(self, status):
            if status is None:
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(status)
            body = b"" if provider.says is None else json.dumps(provider.says).encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said):
            pass

        def finish(self):
            with suppress(OSError, ValueError):
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
