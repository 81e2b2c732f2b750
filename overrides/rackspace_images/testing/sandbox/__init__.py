"""A cloud of one user that serves this package's documents on loopback: their examples and their vectors.

    with Sandbox() as sandbox:
        httpx.get(f"{sandbox.compute_url}/images/{image_id}", headers={"X-Auth-Token": sandbox.token})

It runs on the standard library's HTTP server, knows nothing that the documents do not say, and imports nothing of
this package but the documents: it is a measure for clients, this one included.
"""

from .server import Sandbox

__all__ = ["Sandbox"]
