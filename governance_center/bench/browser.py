"""A person's browser as far as a server can tell: one kept connection, cookies, forms with their token, redirects."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
REDIRECTS = frozenset({301, 302, 303})
REFUSED = 409
PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """The page that came at last. `took` are the seconds of each request: of the press, and of where it redirects."""

    status: int
    path: str
    text: str
    took: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return sum(self.took)


class Unexpected(Exception):
    """The server answered what no user should see here, or not at all."""


@dataclass
class Browser:
    """One person at one machine. Not for two requests at once, as a tab is not."""

    host: str
    port: int
    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    by_itself: bool = False
    """A screen that asks because something changed, not a person."""
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def ask(
        self, path: str, data: dict | None = None, *, htmx: bool = False, refusals: bool = False
    ) -> Answer:
        """GET, or POST with `data`; follow redirects as a browser does.

        Raises Unexpected at anything but a page; with `refusals` a form that was refused (409) is one.
        """
        took = []
        while True:
            began = time.perf_counter()
            status, headers, text = await self.exchange(path, data, htmx)
            took.append(time.perf_counter() - began)
            if status not in REDIRECTS:
                break
            path, data = headers["location"], None
        if status != 200 and not (refusals and status == REFUSED):
            raise Unexpected(f"{status} at {path}: {plain(text)[:300]}")
        if found := TOKEN.search(text):
            self.token = found[1]
        return Answer(status, path, text, tuple(took))

    async def exchange(self, path: str, data: dict | None, htmx: bool) -> tuple[int, dict[str, str], str]:
        kept = self.writer is not None
        try:
            return await asyncio.wait_for(self.send(path, data, htmx), PATIENCE)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            self.close()
            if kept and not getattr(
                error, "partial", b""
            ):  # the server closed the idle connection: a new one
                return await self.exchange(path, data, htmx)
            raise Unexpected(f"{type(error).__name__} at {path}") from error
        except (TimeoutError, OSError) as error:
            self.close()
            raise Unexpected(f"{type(error).__name__} at {path}") from error

    async def send(self, path: str, data: dict | None, htmx: bool) -> tuple[int, dict[str, str], str]:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        body = urlencode({"csrfmiddlewaretoken": self.token} | data, doseq=True) if data is not None else None
        self.writer.write(self.head(path, body, htmx).encode() + (body or "").encode())
        return await self.receive()

    def head(self, path: str, body: str | None, htmx: bool) -> str:
        lines = [
            f"{'GET' if body is None else 'POST'} {path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            f"X-Forwarded-For: {self.address}",
            "Accept: text/html",
            "Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        ]
        if htmx:
            lines += ["HX-Request: true"]
        if self.by_itself:
            lines += ["X-Background: 1"]
        if body is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join(lines) + "\r\n\r\n"

    async def receive(self) -> tuple[int, dict[str, str], str]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status, headers = int(head[0].split()[1]), {}
        for line in head[1:-2]:
            name, _colon, value = line.partition(":")
            if name.lower() == "set-cookie":
                self.keep(value.strip())
            headers[name.lower()] = value.strip()
        text = (await self.body(headers)).decode()
        if headers.get("connection") == "close":
            self.close()
        return status, headers, text

    async def body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await self.reader.readexactly(int(headers.get("content-length", 0)))
        parts = []
        while size := int(await self.reader.readline(), 16):
            parts.append((await self.reader.readexactly(size + 2))[:-2])
        await self.reader.readline()
        return b"".join(parts)

    def keep(self, cookie: str) -> None:
        name, _equals, value = cookie.split(";")[0].partition("=")
        self.cookies[name] = value

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


def plain(html: str) -> str:
    """The words of a page, for messages about it."""
    html = re.sub(r"(?s)<(head|nav|script|style).*?</\1>|<[^>]+>", " ", html)
    return " ".join(html.split())
