"""Complete sources, each of somebody else."""

from __future__ import annotations

SECRET = "geheim-4711"

OPENRC = {
    "OS_AUTH_URL": "https://keystone.example/v3",
    "OS_PROJECT_ID": "f00d",
    "OS_PROJECT_NAME": "demo",
    "OS_USER_DOMAIN_NAME": "Corp",
    "OS_PROJECT_DOMAIN_ID": "d0",
    "OS_USERNAME": "openrc-user",
    "OS_PASSWORD": SECRET,
    "OS_REGION_NAME": "OPENRC-REGION",
    "OS_INTERFACE": "internal",
    "OS_IDENTITY_API_VERSION": "3",
    "OS_CACERT": "/openrc/ca.pem",
    "OS_INSECURE": "true",
}
"""As Horizon writes it."""

RACK = {"RS_USERNAME": "rack-user", "RS_API_KEY": SECRET, "RS_REGION_NAME": "ORD"}

CLOUD = f"""
clouds:
  mine:
    auth:
      auth_url: https://cloud.example/v3
      username: cloud-user
      password: {SECRET}
      project_name: cloud-project
"""
