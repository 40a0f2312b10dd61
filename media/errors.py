"""Every refusal and failure of this room; `reason` is for machines, the message for people."""

from typing import ClassVar


class MediaError(Exception):
    """Base of them all."""

    reason: ClassVar[str] = "media"


class TooLarge(MediaError):
    """More bytes than accepted."""

    reason = "too_large"

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        super().__init__(f"The file is larger than {_readable(max_bytes)}. Send a smaller one.")


class NotMedia(MediaError):
    """The bytes are no image, video or sound that is read here."""

    reason = "not_media"

    def __init__(self, detail: str = "The file is not an image, a video or a sound") -> None:
        super().__init__(
            f"{detail}. Send PNG, JPEG, WebP, GIF, AVIF, BMP, TIFF, MP4, MOV, WebM, MKV, "
            "MP3, WAV, FLAC, Ogg, Opus or M4A."
        )


class Bomb(MediaError):
    """Small to send, too big once unpacked."""

    reason = "decompression_bomb"


class Damaged(MediaError):
    """Cut short or broken: it says what it is, but cannot be read to its end."""

    reason = "damaged"

    def __init__(self) -> None:
        super().__init__("The file is cut short or damaged. Export or send it again.")


class TooSlow(MediaError):
    """Reading it took longer than allowed."""

    reason = "too_slow"

    def __init__(self) -> None:
        super().__init__("The file takes too long to read. Send one with fewer frames.")


class Missing(MediaError):
    """The store holds nothing under this key."""

    reason = "missing"

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"No stored file {key}. It was deleted or never stored.")


class StoreUnavailable(MediaError):
    """The object store refused or did not answer."""

    reason = "store_unavailable"


class LinkExpired(MediaError):
    """A true link whose time is over."""

    reason = "link_expired"

    def __init__(self) -> None:
        super().__init__("This link has expired. Ask for a new one.")


class LinkInvalid(MediaError):
    """Not a link that was signed here for this purpose."""

    reason = "link_invalid"

    def __init__(self) -> None:
        super().__init__("This link is not valid. Ask for a new one and use it unchanged.")


class RangeUnsatisfiable(MediaError):
    """The asked bytes lie outside the file; answer 416 with `content_range`."""

    reason = "range_unsatisfiable"

    def __init__(self, size: int) -> None:
        self.content_range = f"bytes */{size}"
        super().__init__(f"The file has {size} bytes. Ask for a range within it.")


class FetchError(MediaError):
    """A remote file was not fetched."""

    reason = "fetch"


class UrlRefused(FetchError):
    """The URL is of a form that is never fetched."""

    reason = "url_refused"


class AddressRefused(FetchError):
    """The host resolves to an address that is not on the public internet."""

    reason = "address_refused"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} is not on the public internet. Use a public URL, upload the file, "
            "or list the host in PEDIGREE_ALLOW_PRIVATE_FETCH."
        )


class FetchFailed(FetchError):
    """The host could not be reached, said no, or broke off."""

    reason = "fetch_failed"


class FetchTimeout(FetchError):
    """The host was too slow."""

    reason = "fetch_timeout"

    def __init__(self) -> None:
        super().__init__("The host is too slow. Try again later or upload the file.")


def _readable(size: int) -> str:
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= factor:
            return f"{size / factor:.4g} {unit}"
    return f"{size} bytes"
