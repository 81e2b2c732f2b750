"""One image: the generated model with nothing left unset, and the object it was made from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, KeysView, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Self
from uuid import UUID

from rackspace_images_api import completed, models

from .defaults import MAX_IMAGE_BYTES, MAX_JSON_DEPTH
from .errors import InvalidImageId, MalformedResponse
from .faults import api_error, fault_key, json_object
from .http.call import Call, Limits
from .text import MAX_SHOWN, one_line, shown, whole_number

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

    Every documented field reads as its value, or as None where the server left it out or sent null; `metadata` is a
    read-only mapping, and empty where the server sent no object. `to_dict()` tells these apart. A value of another kind
    than the document says is kept as it was sent.

    `image["minDisk"]`, `"minDisk" in image`, iteration and `dict(image)` use the names and values that were received.
    Two images are equal when the same was received for both; an image hashes by its `id`. `response` says which answer
    it came in.

    Example:
        >>> image = images.get("e3d37ab2-8dc0-4000-b773-b15aad79ad0a")
        >>> image.min_disk, image["minDisk"], image.metadata.get("os_type")
        (40, 40, 'windows')
    """

    _received: dict[str, Any]
    response: ImageResponse | None
    """The answer it came in; None for an image made by `from_dict`. Stands outside equality and `to_dict()`."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], response: ImageResponse | None = None) -> Self:
        """An image from the inner object, the value of `image` in an answer.

        Raises `MalformedResponse` where `id` is absent or no UUID.
        """
        received = copied(dict(src_dict))
        received_id(received)
        return cls.from_parsed(models.Image.from_dict(copied(received)), received, response)

    @classmethod
    def from_parsed(cls, parsed: models.Image, received: dict[str, Any], response: ImageResponse | None = None) -> Self:
        """An image with the fields of a parsed model, which is not to be used any more; `received`: what it is of."""
        image = cls.from_model(parsed)
        image._received, image.response = received, response
        return image

    def to_dict(self) -> dict[str, Any]:
        """The object that was received: a deep copy, unknown members, odd values and dates as they were sent."""
        return dict(self)

    def keys(self) -> KeysView[str]:
        """The names that were received, so that `dict(image)` is the object that was received."""
        return self._received.keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self._received)

    def __contains__(self, key: object) -> bool:
        return key in self._received

    def __getitem__(self, key: str) -> Any:
        return copied(self._received[key])

    def __setitem__(self, key: str, value: object = None) -> NoReturn:
        raise TypeError("an image cannot be changed; change the copy that to_dict() returns")

    __delitem__ = __setitem__

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
        image_type = self.metadata.get("image_type")
        return image_type == "snapshot" if image_type is not None else self.server_id is not None

    @property
    def server_id(self) -> str | None:
        """The id of the server that the snapshot was made from; not always a UUID."""
        return _text(self.server if isinstance(self.server, str) else getattr(self.server, "id", None))

    @property
    def os_distro(self) -> str | None:
        """The operating system, such as `ubuntu`, from the metadata."""
        return self._noted("os_distro", "org.openstack__1__os_distro")

    @property
    def os_version(self) -> str | None:
        """The version of the operating system, such as `24.04`, from the metadata."""
        return self._noted("os_version", "org.openstack__1__os_version")

    def _noted(self, *names: str) -> str | None:
        return next((text for name in names if (text := _text(self.metadata.get(name)))), None)

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

    def _repr_html_(self) -> str:
        """The object that was received as a table, for notebooks."""
        from html import escape  # takes a millisecond, which a command need not wait for

        rows = ""
        for name, value in self._received.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            rows += f"<tr><th>{escape(one_line(name))}</th><td>{escape(one_line(text))}</td></tr>"
        return f"<table>{rows}</table>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_dict, (self._received, self.response)


def image_uuid(image_id: str | UUID) -> UUID:
    """The UUID that a caller means: ASCII, 8-4-4-4-12 or 32 hexadecimal digits, in any case; or a UUID of any library.

    Raises `InvalidImageId` for everything else, so that no id can lead to another path.
    """
    if isinstance(image_id, UUID):
        return image_id
    # What another library's UUID class has as well.
    if isinstance(content := getattr(image_id, "bytes", None), bytes) and len(content) == 16:
        return UUID(bytes=content)
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


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    if isinstance(value, str):
        try:
            value = int(value) if value.isdecimal() else float(value)
        except ValueError:
            return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    number = whole_number(value)
    return number if number is not None and number >= 0 else None
