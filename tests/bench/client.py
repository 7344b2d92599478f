"""The other process: a browser that asks what it is told to, over connections it keeps open."""

from http.client import HTTPConnection
from multiprocessing.connection import Connection

Question = tuple[int, str, str, dict[str, str], bytes]
"""Port, method, address, headers, body."""

Answer = tuple[int, bytes]
"""Status and body; of an expected answer the body only if it was asked for."""


def answer_all(questions: "Connection[list[Answer], tuple[list[Question], bool] | None]") -> None:
    """Ask until told to stop."""
    servers: dict[int, HTTPConnection] = {}
    while asked := questions.recv():
        several, bodies = asked
        questions.send([_answer(servers, one, bodies) for one in several])


def _answer(servers: dict[int, HTTPConnection], question: Question, bodies: bool) -> Answer:
    port, method, address, headers, body = question
    server = servers.setdefault(port, HTTPConnection("127.0.0.1", port))
    server.request(method, address, body or None, headers)
    answer = server.getresponse()
    whole = answer.read()
    return answer.status, whole if bodies or answer.status not in (200, 302, 303) else b""
