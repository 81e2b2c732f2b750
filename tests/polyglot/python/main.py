"""Asks the sandbox for every vector with the generated clients, and writes what they report, a JSON object a line.

What a report holds, and how it is judged, is said in ../README.md.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from client import connect, describe, sign_in
from rackspace_images_api import AuthenticatedClient
from rackspace_images_api.api.images import get_image, list_images_details
from rackspace_images_api.models import ImageEnvelope, ImagePage
from rackspace_images_api.types import Response


def ask(client: AuthenticatedClient, vector: dict[str, Any]) -> dict[str, Any]:
    # `sync_detailed` reads each answer by its status, and raises what its reader happens to raise.
    try:
        if "image_id" in vector:
            return report(get_image.sync_detailed(UUID(vector["image_id"]), client=client))
        return report(list_images_details.sync_detailed(client=client, server=vector["server"]))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return {"error": repr(error)}


def report(answer: Response[Any]) -> dict[str, Any]:
    said = {"status": answer.status_code, "retry_after": answer.headers.get("Retry-After")}
    match answer.parsed:
        case ImageEnvelope(image=image):
            return {**said, "image": image.to_dict()}
        case ImagePage() as page:
            return {**said, "page": page.to_dict()}
        case None:
            return said
        case fault:
            return {**said, "fault": fault.to_dict()}


def main(sandbox: str, file: str) -> None:
    described = json.loads(Path(file).read_text(encoding="utf-8"))
    token, endpoints = sign_in(f"{sandbox}/identity/v2.0", "demo", "sandbox-api-key")
    clients = {region: connect(endpoint, token) for region, endpoint in endpoints.items()}
    print(describe(clients["DFW"], UUID("e3d37ab2-8dc0-4000-b773-b15aad79ad0a")))
    for vector in described["vectors"] + described["lists"]:
        for region in vector.get("regions", described["regions"]):
            for _ in vector["expect"]:
                print(json.dumps({"vector": vector["name"], "region": region, **ask(clients[region], vector)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
