"""One image: the generated model with nothing left unset, and the object it was made from."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Self
from uuid import UUID

import attrs
from rackspace_images_api import completed, models
from rackspace_images_api.types import UNSET

from .defaults import MAX_IMAGE_BYTES, MAX_JSON_DEPTH
from .errors import InvalidImageId, MalformedResponse
from .faults import api_error, fault_key, json_object
from .http.call import Call, Limits
from .text import MAX_SHOWN, one_line, shown

GOOD = (200, 203)
"""The statuses of a success, of one image and of a page."""

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

    def __repr__(self) -> str:
        return one_line(f"<ImageResponse {self.status_code} {self.request_id} {shown(self.region)} {self.endpoint}>")


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
        received = copied(dict(src_dict))
        received_id(received)
        image = super().from_dict(copied(received))
        image._finish(received)
        return image

    @classmethod
    def from_parsed(cls, parsed: models.Image, received: dict[str, Any]) -> Self:
        """An image with the fields of a parsed model, which is not to be used any more; `received`: what it is of."""
        image = object.__new__(cls)
        for name in _attributes(models.Image):
            setattr(image, name, getattr(parsed, name))
        image._finish(received)
        return image

    def _finish(self, received: dict[str, Any]) -> None:
        _complete(self)
        self._received = received
        self.response = None

    def to_dict(self) -> dict[str, Any]:
        """The object that was received: a deep copy, unknown members, odd values and dates as they were sent."""
        return copy.deepcopy(self._received)

    @property
    def disk_config(self) -> str | None:
        """`OS-DCF:diskConfig`: AUTO, MANUAL or another word."""
        return _text(self.os_dcf_disk_config)

    @property
    def size(self) -> int | None:
        """`OS-EXT-IMG-SIZE:size` in bytes, whole; 1.5e9 reads as 1500000000."""
        return _whole(self.os_ext_img_size_size)

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
        return f"<Image {self.id} {shown(self.name, 120)} {one_line(_text(self.status) or 'None', 40)}>"

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
        raise InvalidImageId(f"{shown(image_id)} is not an image id")
    return UUID(image_id)


class ImageCheck:
    """The check of `get_image`'s response; it keeps the image as it was received, in `received`."""

    def __init__(self, asked: UUID) -> None:
        self.asked = asked
        self.text = str(asked)
        self.received: dict[str, Any] = {}

    def __call__(self, body: bytes) -> dict[str, Any]:
        """The envelope for generated code to parse.

        Raises `MalformedResponse` for a body that is not JSON, not an object, holds no `image` object, holds a
        fault instead, or whose image has no id or another id than was asked for.
        """
        envelope = json_object(body)
        image = envelope.get("image")
        if not isinstance(image, dict):
            raise missing(envelope, "image", "an object", wanted="an image")
        image_id = received_id(image)
        if image_id != self.text and UUID(image_id) != self.asked:
            raise MalformedResponse(f"the answer is about another image, {image_id}")
        self.received = image
        return {**envelope, "image": copied(image)}


def image_call(limits: Limits, check: ImageCheck) -> Call:
    """A call of `get_image`."""
    return Call(limits, GOOD, MAX_IMAGE_BYTES, api_error, check, image_id=check.text)


def received_id(image: dict[str, Any]) -> str:
    """The id of an image as it was received. Raises `MalformedResponse` where it is absent or not a UUID."""
    image_id = image.get("id")
    if not isinstance(image_id, str) or not _UUID.fullmatch(image_id):
        # Not cut, as a part of a secret could not be recognised.
        said = shown(image_id) if len(repr(image_id)) <= MAX_SHOWN else "too long"
        raise MalformedResponse(f"the image's id is {said}, not a UUID")
    return image_id


def missing(envelope: dict[str, Any], member: str, kind: str, *, wanted: str) -> MalformedResponse:
    """What a success is whose `member` is not there, or not of its kind."""
    if member in envelope:
        return MalformedResponse(f"{member} is {shown(envelope[member])}, not {kind}")
    if (key := fault_key(envelope)) is not None:
        message = envelope[key].get("message")
        return MalformedResponse(f"a fault instead of {wanted}: {key}" + (f" {shown(message)}" if message else ""))
    return MalformedResponse(f"no {member} in the answer")


def copied(value: Any, levels: int = MAX_JSON_DEPTH) -> Any:
    """`copy.deepcopy` for what JSON can hold, at a tenth of its time, and never deeper than `levels`."""
    if levels < 0:
        raise MalformedResponse("the image is nested too deeply")
    below = levels - 1
    if isinstance(value, dict):
        return {key: item if type(item) in _LEAVES else copied(item, below) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item, below) for item in value]
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
def _attributes(kind: type) -> tuple[str, ...]:
    """The names of all attributes of a model, unknown members included."""
    return tuple(attribute.name for attribute in attrs.fields(kind))


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
