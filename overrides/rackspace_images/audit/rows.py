"""What a row says of an image: what came of it and where, and the fields that the document gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from rackspace_images.cli.columns import Column, chosen, wire_columns
from rackspace_images.errors import (
    BadMethod,
    BadRequest,
    ConflictingRequest,
    Forbidden,
    ImageNotFound,
    ImagesError,
    InvalidImageId,
    Unauthorized,
)
from rackspace_images.image import Image

Row = dict[str, Any]
Outcome = Literal["found", "missing", "refused", "failed"]
Answer = tuple[str, Image | ImagesError | None]
"""A place, and what came from there; None where nothing is known but that it is not there. Nobody was asked in ""."""

FACTS = ("id", "outcome", "place", "places", "error", "message", "retryable")
"""The columns that are the audit's own, before those of the image."""
OUTCOMES: tuple[Outcome, ...] = ("found", "missing", "refused", "failed")
_REFUSED = (BadRequest, Unauthorized, Forbidden, BadMethod, ConflictingRequest, InvalidImageId)


def image_columns(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns of the image that are meant, or all of the document's."""
    return chosen(names) if names else tuple(column for column in wire_columns() if column.name not in FACTS)


def outcome_of(answer: Image | ImagesError | None) -> Outcome:
    """The one word for it. What is refused would be refused again; what failed nobody knows."""
    if isinstance(answer, Image):
        return "found"
    if answer is None or isinstance(answer, ImageNotFound):
        return "missing"
    return "refused" if isinstance(answer, _REFUSED) else "failed"


def row(image_id: str, answers: Sequence[Answer], columns: Sequence[Column]) -> Row:
    """The row of an id: of the first place that has it; else of what went wrong, where something did."""

    def rank(answer: Answer) -> tuple[int, bool]:
        outcome = outcome_of(answer[1])
        return ("found", "failed", "refused", "missing").index(outcome), not getattr(answer[1], "retryable", False)

    place, answer = min(answers, key=rank)
    found = answer if isinstance(answer, Image) else None
    error = answer if isinstance(answer, ImagesError) else None
    received = found.to_dict() if found is not None else {}
    facts = {
        "id": image_id,
        "outcome": outcome_of(answer),
        "place": place if found is not None else None,
        "places": {name: outcome_of(one) for name, one in answers if name},
        "error": None if found is not None else type(error or ImageNotFound(404)).__name__,
        "message": str(error) if error is not None else None,
        "retryable": error is not None and error.retryable,
    }
    return facts | {column.name: _value(column, found, received) for column in columns}


def _value(column: Column, found: Image | None, received: dict[str, Any]) -> Any:
    if column.wire is not None:
        return received.get(column.wire)
    return column.read(found) if found is not None else None
