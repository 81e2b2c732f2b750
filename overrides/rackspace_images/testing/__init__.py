"""Testing code that uses this package: against a cloud on loopback, with images and faults of one's own.

    def test_says_which_image_is_missing(images_sandbox, images_client):
        images_sandbox.fail(errors.OverLimit)
        with pytest.raises(errors.OverLimit):
            images_client.get(images_sandbox.add({"name": "web-1"}))

The fixtures are in `plugin`, which pytest finds by itself. Everything here needs the extra `testing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .sandbox import TestingSandbox

__all__ = ["TestingSandbox"]


def __getattr__(name: str) -> Any:
    # pytest imports this package with the plugin, in every suite of the environment: nothing is loaded until then.
    if name == "TestingSandbox":
        from .sandbox import TestingSandbox

        return TestingSandbox
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
