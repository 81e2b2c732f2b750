"""The cloud that is asked: one project, six regions, and every image."""

from __future__ import annotations

PROJECT = "820712"
REGIONS = [f"R{number}" for number in range(1, 7)]
REGION = REGIONS[0]
IMAGE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
TOKEN = "bench-token"
