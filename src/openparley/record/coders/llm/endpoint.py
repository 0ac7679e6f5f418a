"""Where the model is: the address as it was typed, checked, and what may be told of it."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from openparley.errors import Complaint, ParleyError, quoted

__all__ = ["Endpoint", "read_endpoint", "read_key"]

PATH = "/chat/completions"
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,39}")
_LOCAL_ENDINGS = (".local", ".internal", ".lan", ".home", ".localhost")


@dataclass(frozen=True)
class Endpoint:
    """An address of chat completions.

    Attributes
    ----------
    url
        Where requests go.
    host
        Host and port; all of the address that is stored.
    loopback
        Whether it is this machine.
    private
        Whether the way there is no public network, as far as the name tells.
    """

    url: str
    host: str
    loopback: bool
    private: bool


def read_endpoint(typed: str) -> Endpoint:
    """The endpoint at an address; what stands behind the host may be left out.

    Raises
    ------
    ParleyError
        If it is no http address, or holds a name or password.

    Examples
    --------
    >>> read_endpoint("http://127.0.0.1:8080").url, read_endpoint("https://models.example/v1/").url
    ('http://127.0.0.1:8080/v1/chat/completions', 'https://models.example/v1/chat/completions')
    """
    allowed = "https://HOST/v1 or http://127.0.0.1:PORT/v1"
    try:
        parts = urlsplit(typed.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in ("http", "https") or not host:
        message = f"--endpoint: {quoted(typed)} is not an address."
        raise ParleyError(Complaint(None, None, None, typed, allowed, f"Write it as {allowed}.", message))
    if parts.username is not None or parts.password is not None:
        message = "--endpoint: the address holds a name or password."
        hint = "Put the key in an environment variable and name it with --api-key-env."
        raise ParleyError(Complaint(None, None, None, None, allowed, hint, message))
    path = parts.path.rstrip("/")
    if not path.endswith(PATH):
        path = (path or "/v1") + PATH
    shown = f"[{host}]" if ":" in host else host
    shown += f":{port}" if port else ""
    loopback, private = _near(host)
    return Endpoint(urlunsplit((parts.scheme, shown, path, parts.query, "")), shown, loopback, private)


def read_key(name: str | None, endpoint: Endpoint) -> str | None:
    """The key from the environment variable ``name``; None when none is named.

    Raises
    ------
    ParleyError
        If the variable is empty, cannot be sent, or the key would cross a public network unencrypted.
    """
    if name is None:
        return None
    if not _VARIABLE.fullmatch(name):
        # Somebody may have typed the key itself, which must not be printed.
        message = "--api-key-env wants the name of an environment variable in capital letters, not the key."
        raise ParleyError(Complaint(None, None, None, None, None, "export PARLEY_KEY=…, then --api-key-env PARLEY_KEY.", message))
    key = os.environ.get(name, "").strip()
    if not key:
        hint = f"export {name}=…"
        raise ParleyError(Complaint(None, None, None, name, None, hint, f"--api-key-env: the environment variable {name} is not set."))
    if not key.isascii() or not key.isprintable() or " " in key:
        message = f"--api-key-env: what {name} holds cannot be sent as a key; it has spaces or characters other than ASCII."
        raise ParleyError(Complaint(None, None, None, name, None, None, message))
    if not endpoint.url.startswith("https:") and not endpoint.private:
        message = f"the key in {name} would go to {endpoint.host} unencrypted."
        raise ParleyError(Complaint(None, None, None, endpoint.host, "https://…", "Use https.", message))
    return key


def _near(host: str) -> tuple[bool, bool]:
    """Whether a host is this machine, and whether it is on a private network."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        loopback = host == "localhost" or host.endswith(".localhost")
        return loopback, loopback or "." not in host or host.endswith(_LOCAL_ENDINGS)
    return address.is_loopback, address.is_private
