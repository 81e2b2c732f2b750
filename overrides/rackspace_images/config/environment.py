"""`OS_*`, as OpenStack's clients read them, and `RS_*`, as Rackspace's own `rack` did."""

from __future__ import annotations

from rackspace_images.errors import ConfigError

from .settings import AUTH, REGION, SECRETS, TOP_LEVEL, UNSUPPORTED, Setting, Settings
from .variables import Environment

_OPENSTACK: dict[str, tuple[str, ...]] = {
    **{name: key.aliases for name, key in {**AUTH, **TOP_LEVEL, "region_name": REGION}.items()},
    # Old novaclient chose its Rackspace plugin by this.
    "auth_system": ("auth_system",),
}
_RACKSPACE: dict[str, tuple[str, ...]] = {
    name: (name,) for name in ("username", "api_key", "password", "region_name", "auth_url")
}


def openstack_applies(variables: Environment) -> bool:
    """Whether `OS_*` say where to sign in, or give a token and a place to use it.

    Old novaclient's `OS_AUTH_SYSTEM=rackspace` and keystoneauth's `OS_AUTH_TYPE=rackspace_apikey` bring the URL along.
    """
    if variables.get("OS_AUTH_URL") or (variables.get("OS_TOKEN") and variables.get("OS_ENDPOINT_OVERRIDE")):
        return True
    return any((variables.get(name) or "").startswith("rackspace") for name in ("OS_AUTH_SYSTEM", "OS_AUTH_TYPE"))


def openstack(variables: Environment) -> Settings:
    for name, instead in UNSUPPORTED.items():
        if variables.get(variable := f"OS_{name.upper()}"):
            raise ConfigError(f"the environment (OS_*): {variable} is not supported", hint=instead)
    return _settings("OS_", _OPENSTACK, variables)


def sign_in_variables(variables: Environment) -> list[str]:
    """The names of the `OS_*` that are set and decide who signs in, or to what."""
    names = (f"OS_{alias.upper()}" for key in AUTH.values() for alias in key.aliases)
    return [name for name in names if variables.get(name)]


def rackspace_applies(variables: Environment) -> bool:
    """Whether `RS_*` name a user or hold a secret: a region or a URL alone signs nobody in."""
    return any(variables.get(name) for name in ("RS_USERNAME", "RS_API_KEY", "RS_PASSWORD"))


def rackspace(variables: Environment) -> Settings:
    return _settings("RS_", _RACKSPACE, variables, rackspace=True)


def _settings(
    prefix: str, names: dict[str, tuple[str, ...]], variables: Environment, *, rackspace: bool = False
) -> Settings:
    given = {}
    for name, aliases in names.items():
        read = variables.exactly if name in SECRETS else variables.get
        for variable in (prefix + alias.upper() for alias in aliases):
            if read(variable):
                given[name] = Setting(read(variable) or "", variable)
                break
    return Settings(
        f"the environment ({prefix}*)",
        given,
        called=lambda name: prefix + name.upper(),
        home=variables.expanded,
        where_to_add="set",
        rackspace=rackspace,
    )
