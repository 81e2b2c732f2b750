"""Which source is taken: the first that applies, and that one whole."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping

from rackspace_images.errors import ConfigError

from . import auth_types, connection, environment
from .result import Config
from .settings import Settings
from .variables import Environment

log = logging.getLogger("rackspace_images")


def load(
    cloud: str | None = None,
    *,
    region: str | None = None,
    environ: Mapping[str, str] | None = None,
    prompt: Callable[[str], str] | None = None,
) -> Config:
    """The configuration of the first source that applies:

    1. the cloud of `clouds.yaml` that `cloud` or `OS_CLOUD` names;
    2. `OS_*`, where `OS_AUTH_URL` is set, or `OS_TOKEN` with `OS_ENDPOINT_OVERRIDE`;
    3. `RS_*`, where a name or a secret is set;
    4. the only cloud of `clouds.yaml`.

    Sources never mix: with `OS_CLOUD` set, what an openrc left behind is not looked at, its region included. A source
    that applies and lacks something is a `ConfigError`; the next is not tried.

    `region` stands above the source's own. `prompt` asks a person: it gets what to ask for and returns the secret, and
    is called where nothing else is missing. `environ` stands for `os.environ`.
    """
    variables = Environment(os.environ if environ is None else environ)
    # A traceback that shows local variables must not show the whole environment.
    del environ
    settings = _first(cloud or variables.get("OS_CLOUD"), variables, region)
    chosen = region or connection.region(settings)
    for name in ("auth_url", "endpoint_override"):
        settings.fill(name, chosen)
    # Last the credentials: nobody is asked for a password where something else is wrong.
    return Config(
        source=settings.source,
        region=chosen,
        regions=settings.regions,
        endpoint=settings.get("endpoint_override"),
        interface=connection.interface(settings),
        service_type=settings.get("service_type"),
        service_name=settings.get("service_name"),
        verify=connection.verify(settings),
        cert=connection.cert(settings),
        credentials=auth_types.credentials(settings, prompt),
    )


def _first(cloud: str | None, variables: Environment, region: str | None) -> Settings:
    if not cloud or (cloud == "envvars" and environment.openstack_applies(variables)):
        if environment.openstack_applies(variables):
            return environment.openstack(variables)
        if environment.rackspace_applies(variables):
            return environment.rackspace(variables)
    # Only here are files looked at, and what reads them imported.
    from . import clouds, files

    if cloud:
        settings = clouds.named(cloud, variables, region)
        if unused := environment.sign_in_variables(variables):
            log.warning("%s is used, and not %s", settings.source, ", ".join(unused))
        return settings
    only = clouds.only(variables, region)
    if only is not None:
        return only
    raise ConfigError(
        "nothing says who signs in: none of OS_CLOUD, OS_AUTH_URL, OS_TOKEN with OS_ENDPOINT_OVERRIDE, and RS_USERNAME "
        f"is set, and there is no clouds.yaml in {files.searched(variables)}",
        hint="set RS_USERNAME, RS_API_KEY and RS_REGION_NAME, or OS_CLOUD, or source an openrc",
    )
