"""The secret that links are signed with."""

import secrets
from pathlib import Path

from settings import Settings


def signing_secret(settings: Settings) -> str:
    """The given secret, or one made once and kept in the data folder, whoever comes first."""
    if settings.secret_key:
        return settings.secret_key.get_secret_value()
    path = settings.data_dir / "secret"
    if not path.exists():
        _keep(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")


def _keep(path: Path, text: str) -> None:
    """Writes the file whole or not at all; another process that was first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="ascii")
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
