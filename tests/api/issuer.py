"""An OpenID Connect issuer of our own, on loopback, with keys made for the test."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

NONE: Mapping[str, Any] = MappingProxyType({})
AUDIENCE = "pedigree-test"
DISCOVERY = "/.well-known/openid-configuration"
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
ROTATED = RSAKey.generate_key(2048, {"kid": "rotated"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
OKP = OKPKey.generate_key("Ed25519", {"kid": "okp"})


class _Every(JWSRegistry):
    """Signs with anything, also with what must be refused."""

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]


class Server:
    """What the issuer publishes; a test changes it at will."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.status = 200
        self.asked: list[str] = []
        self.pages: dict[str, Any] = {
            DISCOVERY: {"issuer": address, "jwks_uri": f"{address}/keys"},
        }
        self.publish(RSA, EC, OKP)

    def publish(self, *keys: Key) -> None:
        self.pages["/keys"] = {"keys": [key.as_dict(private=False) for key in keys]}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Good claims, changed; None takes a claim away."""
        moment = int(time.time())
        good = {"iss": self.address, "aud": AUDIENCE, "sub": "ann", "exp": moment + 300}
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(
        self,
        *,
        key: Any = RSA,
        alg: str = "RS256",
        header: Mapping[str, Any] = NONE,
        **changes: Any,
    ) -> str:
        whole = {"alg": alg, "kid": key.kid, **header}
        registry = _Every(strict_check_header=False)
        return jwt.encode(whole, self.claims(**changes), key, registry=registry)


@contextmanager
def serving() -> Iterator[Server]:
    """An issuer for the length of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            page = server.pages.get(self.path)
            body = page if isinstance(page, bytes) else json.dumps(page).encode()
            self.send_response(server.status if page is not None else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server = Server(f"http://127.0.0.1:{http.server_address[1]}")
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
