"""Links to bytes, and the route that answers them with ranges."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from graph.asset import Asset, MediaState
from media.errors import LinkExpired, LinkInvalid, Missing, RangeUnsatisfiable
from media.link import Link, Purpose, make_link, original_path, verify
from media.range import parse_range
from media.store import Store, original_key, thumbnail_key
from media.thumbnail import SIDE

THUMBNAIL_MIME = "image/webp"


@dataclass(frozen=True)
class Links:
    """Makes the signed links of one request's answers."""

    secret: str
    base_url: str
    seconds: int
    user_id: str

    def original(self, asset: Asset) -> Link | None:
        if asset.media_state is not MediaState.STORED or not asset.sha256:
            return None
        claims = {"type": asset.mime_type or "application/octet-stream"}
        if asset.name:
            claims["name"] = asset.name
        return self._media(original_path(asset.sha256), claims)

    def thumbnail(self, asset: Asset) -> Link | None:
        if asset.media_state is not MediaState.STORED or not asset.thumbnail:
            return None
        return self._media(f"/media/thumbnail/{asset.sha256}", {"type": THUMBNAIL_MIME})

    def upload(self, asset: Asset) -> Link:
        """Where the bytes of an asset that has none may be put, in the name of this user."""
        claims = {"workspace": asset.workspace_id, "user": self.user_id}
        path = f"/upload/{asset.id}"
        return make_link(self.secret, Purpose.UPLOAD, self.base_url, path, self._expiry, claims)

    @property
    def _expiry(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.seconds)

    def _media(self, path: str, claims: dict[str, str]) -> Link:
        return make_link(self.secret, Purpose.MEDIA, self.base_url, path, self._expiry, claims)


async def serve(request: Request) -> Response:
    """Bytes of a signed link, whole or a range. The link is the permission: no token is asked."""
    state = request.app.state.edge
    path, query = request.url.path, request.url.query
    try:
        claims = verify(state.secret, Purpose.MEDIA, path, query)
    except LinkExpired as error:
        return PlainTextResponse(str(error), 410)
    except LinkInvalid as error:
        return PlainTextResponse(str(error), 403)
    sha256 = request.path_params["sha256"]
    small = request.path_params["kind"] == "thumbnail"
    key = thumbnail_key(sha256, SIDE) if small else original_key(sha256)
    try:
        return await _answer(state.rooms.store, key, claims, request)
    except Missing:
        return PlainTextResponse("These bytes were deleted.", 404)
    except RangeUnsatisfiable as error:
        return PlainTextResponse(str(error), 416, {"Content-Range": error.content_range})


async def _answer(store: Store, key: str, claims: dict[str, str], request: Request) -> Response:
    size = (await store.head(key)).size
    part = parse_range(request.headers.get("range"), size)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": _disposition(claims.get("name")),
        # Bytes come from strangers: never to be run as a page, whatever they turn out to be.
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Content-Length": str(part.end - part.start if part else size),
    }
    if part:
        headers["Content-Range"] = part.content_range
    if request.method == "HEAD":
        return Response(None, 206 if part else 200, headers, claims["type"])
    chunks = await store.open(key, part.start, part.end) if part else await store.open(key)
    return StreamingResponse(chunks, 206 if part else 200, headers, claims["type"])


def _disposition(name: str | None) -> str:
    return f"inline; filename*=UTF-8''{quote(name, safe='')}" if name else "inline"
