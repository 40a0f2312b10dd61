"""The faces that Kling finds in a video, and the one that is to speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.error import Broken, Refused
from providers.kept import Kept
from providers.kling.api import Api
from providers.kling.draft import Draft, Face, Given
from providers.kling.medium import ADDRESS
from providers.value import identifier, mapping, seconds

# To look for them costs something, each time; a session is good for a day.
KEPT_MOST = 256
KEPT_SECONDS = 12 * 3600.0


@dataclass(frozen=True)
class Found:
    """The faces of a video, and the session in which they can be spoken of."""

    session: str
    faces: tuple[Mapping[str, Any], ...]


class Faces:
    """Has Kling look for faces, once for a video: a job that finds no room comes again."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._kept: Kept[Found] = Kept(KEPT_MOST, KEPT_SECONDS)

    async def chosen(self, draft: Draft) -> Face:
        """The one that was asked for."""
        video = _video(draft)
        found = await self._kept.get(video.input.media.sha256, lambda: self._found(video))
        wanted, count = draft.values["face"], len(found.faces)
        if wanted >= count:
            raise Refused(f"Kling found {count} faces in the video, counted from 0", field="face")
        return _face(found.session, found.faces[wanted])

    def forget(self, draft: Draft) -> None:
        """What is said of its video is not good any more."""
        self._kept.forget(_video(draft).input.media.sha256)

    async def _found(self, video: Given) -> Found:
        field = "video_url" if video.sent.kind == ADDRESS else video.sent.kind
        told = mapping(await self._api.post("/v1/videos/identify-face", {field: video.sent.text}))
        session, faces = identifier(told.get("session_id")), told.get("face_data")
        if session is None:
            raise Broken("Kling looked for faces and did not say where it tells of them")
        if not isinstance(faces, list) or not faces:
            raise Refused("Kling found no face in the video", field="video")
        return Found(session, tuple(mapping(one) for one in faces))


def _video(draft: Draft) -> Given:
    return draft.all("video", media_type="VIDEO")[0]


def _face(session: str, face: Mapping[str, Any]) -> Face:
    number = identifier(face.get("face_id"))
    if number is None:
        raise Broken("Kling found a face and did not say how it is called")
    return Face(session, number, (seconds(face.get("start_time")) or 0.0) / 1000)
