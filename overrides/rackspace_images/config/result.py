"""What a source of configuration comes to."""

from __future__ import annotations

from dataclasses import dataclass, fields

from rackspace_images.auth.credentials import Credentials
from rackspace_images.text import without_userinfo


@dataclass(frozen=True, repr=False)
class Config:
    """What one source says; None where it says nothing. Its `repr` shows no secret."""

    credentials: Credentials
    region: str | None
    endpoint: str | None
    """The compute URL, where the source gives one."""
    interface: tuple[str, ...] | None
    """`public`, `internal` and `admin`, in the order in which they are wanted."""
    service_type: str | None
    service_name: str | None
    verify: bool | str | None
    """False to trust any certificate, or the path of a file or folder of CA certificates."""
    cert: str | tuple[str, str] | None
    """The client certificate's file, or that and its key's."""
    regions: tuple[str, ...]
    """The regions that a cloud of `clouds.yaml` lists."""
    source: str
    """Which source it is, in words for a person."""

    def __repr__(self) -> str:
        shown = ((f.name, getattr(self, f.name)) for f in fields(self))
        inside = (f"{name}={(without_userinfo(v) if isinstance(v, str) else v)!r}" for name, v in shown)
        return f"Config({', '.join(inside)})"
