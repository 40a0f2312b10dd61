"""GraphiQL for a browser: its page and its files, all of them our own."""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from string import Template

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from settings import ROOT

FOLDER = ROOT / "web" / "graphiql"
DIST = FOLDER / "dist"
QUERIES = FOLDER / "queries"
# Relative to the page, so that a proxy may serve both below a prefix.
ASSETS = "graphiql"

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
}
NAMED_BY_CONTENT = (".css", ".js", ".ttf")
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    # The editor adds style elements of its own and cannot give them a nonce.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "worker-src": "'self'",
    # 'self' covers ws and wss of the same host too.
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
PAGE_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True)
class Starter:
    """A tab that GraphiQL opens with; `{{now}}` in the variables is when the page was opened."""

    name: str
    query: str
    variables: str | None


def starters() -> list[Starter]:
    """The starter queries, by the number that their file names begin with."""
    return [_starter(path) for path in sorted(QUERIES.glob("*.graphql"), key=_number)]


def _number(path: Path) -> int:
    return int(path.name.partition("-")[0])


def _starter(path: Path) -> Starter:
    variables = path.with_suffix(".json")
    return Starter(
        name=path.stem,
        query=path.read_text(encoding="utf-8"),
        variables=variables.read_text(encoding="utf-8") if variables.exists() else None,
    )


def is_wanted(request: Request) -> bool:
    """Whether a browser came to look: programs that post, or take anything, get the API."""
    return request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")


def page() -> HTMLResponse:
    """The page that /graphql answers a browser with."""
    return HTMLResponse(_html(), headers=PAGE_HEADERS)


@cache
def _html() -> str:
    entry = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    data = json.dumps([asdict(starter) for starter in starters()])
    template = Template((FOLDER / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        script=f"{ASSETS}/{entry['script']}",
        style=f"{ASSETS}/{entry['style']}",
        # Data in a script element ends at its first "</script": no "<" may stay.
        starters=data.replace("<", "\\u003c"),
    )


class _Files(StaticFiles):
    """The built files: of a known type, and kept for good where the name is of the content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        suffix = Path(path).suffix
        if answer.status_code == 200 and suffix in TYPES:
            answer.headers["Content-Type"] = TYPES[suffix]
        kept = answer.status_code in (200, 304) and suffix in NAMED_BY_CONTENT
        answer.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if kept else "no-cache"
        )
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


def assets() -> Mount:
    """The route of the page's files."""
    return Mount(
        f"/{ASSETS}",
        app=_Files(directory=DIST),
        middleware=[Middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)],
        name="graphiql",
    )
