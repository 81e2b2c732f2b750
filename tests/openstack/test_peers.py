"""Another client of the same server reads what ours reads: openstacksdk's compute proxy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from rackspace_images import ImagesClient, KeystonePassword

from .lab import OpenStackLab

SEEDED = ("base", "snapshot", "queued", "nameless", "deactivated", "private")
FIELDS = {
    "id": "id",
    "name": "name",
    "status": "status",
    "progress": "progress",
    "created": "created_at",
    "updated": "updated_at",
    "minDisk": "min_disk",
    "minRam": "min_ram",
    "OS-EXT-IMG-SIZE:size": "size",
    "metadata": "metadata",
    "links": "links",
}
"""A member of the answer to openstacksdk's name of it."""
NOT_KEPT = {"OS-DCF:diskConfig", "server"}
"""What openstacksdk does not keep."""


# In a process of its own: its package has the name of this folder.
PEER = """
import json, sys
import openstack

with openstack.connect() as connection:
    images = [connection.compute.get_image(image_id).to_dict() for image_id in sys.argv[1:]]
    print(json.dumps({image["id"]: image for image in images}, default=str))
"""


@pytest.fixture(scope="module")
def theirs(lab: OpenStackLab) -> dict[str, dict[str, Any]]:
    """Every seeded image as openstacksdk has it, signed in as `demo` by the environment."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(lab.state), **lab.environment(lab.demo)}
    # Nova's own images are deprecated there, in favour of Glance's, which it warns of.
    done = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", PEER, *lab.images.values()],
        env=environment,
        cwd=lab.state,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", SEEDED)
def test_openstacksdk_reads_the_same(lab: OpenStackLab, theirs: dict[str, dict[str, Any]], name: str) -> None:
    """Each field that openstacksdk keeps of an image is what our client has, and we have no field besides."""
    auth = KeystonePassword(
        auth_url=lab.auth_url,
        username=lab.demo.username,
        password=lab.demo.password,
        project_name=lab.demo.project_name,
        user_domain_name=lab.demo.domain_name,
        project_domain_name=lab.demo.domain_name,
    )
    with ImagesClient(auth, region="RegionOne") as images:
        ours = images.get(lab.images[name]).to_dict()
    assert set(ours) <= FIELDS.keys() | NOT_KEPT
    kept = {member: theirs[lab.images[name]][field] for member, field in FIELDS.items()}
    assert kept == {member: ours.get(member) for member in FIELDS}


def test_every_seeded_image_is_compared(lab: OpenStackLab) -> None:
    """No image of the lab is left out."""
    assert set(SEEDED) == set(lab.images)
