"""Uploads: the multipart request, whose files take the places that its map names."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.operation import Malformed

FILES_MAX = 100
FIELDS_MAX = 10
FIELD_BYTES_MAX = 1024 * 1024


async def read_multipart(request: Request) -> object:
    """The request in `operations`, with the files in it. The caller closes the request."""
    try:
        form = await request.form(
            max_files=FILES_MAX, max_fields=FIELDS_MAX, max_part_size=FIELD_BYTES_MAX
        )
    except HTTPException as error:
        raise Malformed(f"The multipart body cannot be read: {error.detail}") from error
    operations, places = _field(form, "operations"), _field(form, "map")
    if not isinstance(places, dict):
        raise Malformed("The field `map` must be an object of {file: [places]}.")
    for name, paths in places.items():
        file = form.get(name)
        if not isinstance(file, UploadFile):
            raise Malformed(f"The map names the file {name[:50]!r}, which was not sent.")
        if not isinstance(paths, list):
            raise Malformed("Each file of the field `map` must have a list of places.")
        for path in paths:
            _put(operations, path, file)
    return operations


def _field(form: Mapping[str, Any], name: str) -> Any:
    text = form.get(name)
    if not isinstance(text, str):
        raise Malformed(f"A multipart request must have the field `{name}`.")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The field `{name}` is not JSON: {error}.") from error


def _put(operations: Any, path: object, file: UploadFile) -> None:
    """Sets a place such as `variables.files.0`, which must be there and be null."""
    try:
        *way, last = str(path).split(".")
        target = operations
        for step in way:
            target = target[_key(target, step)]
        if target[_key(target, last)] is not None:
            raise Malformed(f"The place {str(path)[:100]!r} of a file must be null.")
        target[_key(target, last)] = file
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise Malformed(f"There is no place {str(path)[:100]!r} for a file.") from error


def _key(target: object, step: str) -> str | int:
    """Digits alone count in a list: a sign would count from its end."""
    if not isinstance(target, list):
        return step
    if not step.isdecimal():
        raise KeyError(step)
    return int(step)
