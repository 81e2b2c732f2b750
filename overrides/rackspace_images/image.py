"""One image: the generated model with nothing left unset, and the object it was made from."""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Self
from uuid import UUID

import attrs
from rackspace_images_api import completed
from rackspace_images_api.types import UNSET

from .defaults import DEEPEST_JSON
from .errors import InvalidImageId, MalformedResponse
from .faults import fault_key
from .text import integer, visible
from .transport import Answer

_UUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[0-9A-Fa-f]{32}")


@dataclass(frozen=True, slots=True)
class ImageResponse:
    """The answer that an image came in.

    `status_code` (200 or 203), `request_id`, `region`, `endpoint` (the compute URL), `attempts` (requests
    sent for it) and `elapsed` (seconds from the call to the image).
    """

    status_code: int
    request_id: str | None = None
    region: str | None = None
    endpoint: str | None = None
    attempts: int = 1
    elapsed: float = 0.0


class Image(completed.Image):
    """One image, as `openapi/images.yaml` describes it.

    Every documented field reads as its value, or as None where the server left it out or sent null;
    `to_dict()` tells the two apart. A value of another kind than the document says is kept as it was sent.
    Two images are equal when the same was received for both; an image hashes by its `id`.
    """

    _received: dict[str, Any]
    response: ImageResponse | None
    """The answer it came in; None for an image made by `from_dict`. Stands outside equality and `to_dict()`."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """An image from the inner object, the value of `image` in an answer.

        Raises `MalformedResponse` where `id` is absent or no UUID.
        """
        return cls._owning(_copied(dict(src_dict), DEEPEST_JSON))

    @classmethod
    def _owning(cls, received: dict[str, Any]) -> Self:
        """`from_dict` of an object that nobody else has."""
        image_id = received.get("id")
        if not isinstance(image_id, str) or not _UUID.fullmatch(image_id):
            raise MalformedResponse(f"the image's id is {_shown(image_id)}, not a UUID")
        image = super().from_dict(_copied(received, DEEPEST_JSON))
        _complete(image)
        image._received = received
        image.response = None
        return image

    def to_dict(self) -> dict[str, Any]:
        """The object that was received: a deep copy, unknown members, odd values and dates as they were sent."""
        return copy.deepcopy(self._received)

    @property
    def disk_config(self) -> str | None:
        """`OS-DCF:diskConfig`: AUTO, MANUAL or another word."""
        return _text(self.os_dc_fdisk_config)

    @property
    def size(self) -> int | None:
        """`OS-EXT-IMG-SIZE:size` in bytes, whole; 1.5e9 reads as 1500000000."""
        return _whole(self.os_ext_img_siz_esize)

    @property
    def is_active(self) -> bool:
        """Whether the status is ACTIVE: ready for use."""
        return self.status == "ACTIVE"

    @property
    def is_snapshot(self) -> bool:
        """Whether it was made from a server: its metadata say so or, where they are silent, it names the server."""
        image_type = getattr(self.metadata, "image_type", None)
        return image_type == "snapshot" if image_type is not None else self.server_id is not None

    @property
    def server_id(self) -> str | None:
        """The id of the server that the snapshot was made from; not always a UUID."""
        return _text(self.server if isinstance(self.server, str) else getattr(self.server, "id", None))

    @property
    def os_distro(self) -> str | None:
        """The operating system, such as `ubuntu`, from the metadata."""
        return self._noted("os_distro", "org_openstack_1_os_distro")

    @property
    def os_version(self) -> str | None:
        """The version of the operating system, such as `24.04`, from the metadata."""
        return self._noted("os_version", "org_openstack_1_os_version")

    def _noted(self, *names: str) -> str | None:
        return next((text for name in names if (text := _text(getattr(self.metadata, name, None)))), None)

    @property
    def meta(self) -> Mapping[str, Any]:
        """The metadata as a read-only mapping; empty where there are none."""
        received = self._received.get("metadata")
        return MappingProxyType(received if isinstance(received, dict) else {})

    def link(self, rel: str) -> str | None:
        """The URL of the first link of that `rel`: `self`, `bookmark` or `alternate`."""
        links = self.links if isinstance(self.links, list) else []
        return next((_text(link.href) for link in links if getattr(link, "rel", None) == rel), None)

    def __eq__(self, other: object) -> bool:
        return self._received == other._received if isinstance(other, Image) else NotImplemented

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self.id)

    def __repr__(self) -> str:
        return visible(f"<Image {self.id} {self.name!r} {self.status}>")

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self._received, self.response)


def _restored(cls: type[Image], received: dict[str, Any], response: ImageResponse | None) -> Image:
    image = cls.from_dict(received)
    image.response = response
    return image


def image_uuid(image_id: str | UUID) -> UUID:
    """The UUID that a caller means: ASCII, 8-4-4-4-12 or 32 hexadecimal digits, in any case.

    Raises `InvalidImageId` for everything else, so that no id can lead to another path.
    """
    if isinstance(image_id, UUID):
        return image_id
    if not isinstance(image_id, str) or not _UUID.fullmatch(image_id):
        raise InvalidImageId(f"{_shown(image_id)} is not an image id")
    return UUID(image_id)


def image_from_answer(answer: Answer, asked: UUID) -> Image:
    """The image in a 200 or 203.

    Raises `MalformedResponse` for a body that is not JSON, not an object, holds no `image` object, holds a
    fault instead, or whose image has no id or another id than was asked for.
    """
    try:
        image = _image(json_object(answer.body))
        if image.id != str(asked) and UUID(image.id) != asked:
            raise MalformedResponse(f"the answer is about another image, {image.id}")
    except MalformedResponse as malformed:
        malformed.body = answer.body
        malformed.place(status_code=answer.status_code, request_id=answer.request_id)
        raise
    return image


def _image(envelope: dict[str, Any]) -> Image:
    inner = envelope.get("image")
    if isinstance(inner, dict):
        return Image._owning(inner)
    raise missing(envelope, "image", "an object", wanted="an image")


def missing(envelope: dict[str, Any], member: str, kind: str, *, wanted: str) -> MalformedResponse:
    """What a success is whose `member` is not there, or not of its kind."""
    if member in envelope:
        return MalformedResponse(f"{member} is {_shown(envelope[member])}, not {kind}")
    if (key := fault_key(envelope)) is not None:
        message = envelope[key].get("message")
        return MalformedResponse(f"a fault instead of {wanted}: {key}" + (f" {_shown(message)}" if message else ""))
    return MalformedResponse(f"no {member} in the answer")


def json_object(body: bytes) -> dict[str, Any]:
    """The object that a body holds. Raises `MalformedResponse`."""
    try:
        found = _JSON.decode(body.decode(json.detect_encoding(body), "surrogatepass"))
    except ValueError as error:
        begins = f", it begins {_shown(body[:60].decode('utf-8', 'replace'))}" if body else ""
        reason = "the body is empty" if not body.strip() else f"the body is not JSON ({error}){begins}"
    except RecursionError:
        reason = "the body is nested too deeply"
    else:
        if isinstance(found, dict):
            return found
        reason = f"the body is {_shown(found)}, not an object"
    raise MalformedResponse(reason)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_JSON = json.JSONDecoder(parse_int=integer, parse_constant=_no_constant)


def _copied(value: Any, levels: int) -> Any:
    """`copy.deepcopy` for what JSON can hold, at a tenth of its time, and never deeper than `levels`."""
    if levels < 0:
        raise MalformedResponse("the image is nested too deeply")
    below = levels - 1
    if isinstance(value, dict):
        return {key: item if type(item) in _LEAVES else _copied(item, below) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item, below) for item in value]
    return value


_LEAVES = frozenset((str, int, float, bool, type(None)))
"""What JSON has beside objects and arrays."""


def _complete(model: Any) -> None:
    """Turns every field that the generated parse left unset into None, all the way down."""
    kind: type = type(model)
    for name in _fields(kind):
        value = getattr(model, name)
        if type(value) in _LEAVES:
            continue
        if value is UNSET:
            setattr(model, name, None)
        elif isinstance(value, list):
            for item in value:
                _complete(item)
        else:
            _complete(value)


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """What a model's fields are called; what is no model has none."""
    if not attrs.has(kind):
        return ()
    return tuple(attribute.name for attribute in attrs.fields(kind) if attribute.init)


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        try:
            value = int(value) if value.isdecimal() else float(value)
        except ValueError:
            return None
    if isinstance(value, float) and not (math.isfinite(value) and value.is_integer()):
        return None
    return int(value) if value >= 0 else None


def _shown(value: object) -> str:
    text = (
        repr(value)
        if not isinstance(value, dict | list)
        else f"{'an object' if isinstance(value, dict) else 'an array'}"
    )
    return visible(text if len(text) <= 80 else text[:80] + "…")
