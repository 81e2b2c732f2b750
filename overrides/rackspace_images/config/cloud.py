"""What one cloud of `clouds.yaml` says, over the files that speak of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rackspace_images.errors import ConfigError
from rackspace_images.text import one_line

from .settings import AUTH, REGION, SECRETS, TOP_LEVEL, UNSUPPORTED, Setting, Settings
from .tree import ListNode, MapNode, ScalarNode, Value
from .variables import Environment

# What these are converted to is what was meant: `verify: yes` is yes.
_MAY_BE_CONVERTED = ("verify", "insecure", "identity_api_version")


@dataclass(frozen=True, slots=True)
class Layer:
    """What one file says of the cloud; no path for what this package says itself."""

    path: Path | None
    branch: MapNode


@dataclass(frozen=True, slots=True)
class _Found:
    """A value, its key, what to call it with its place, and the layer it stands in."""

    value: ScalarNode | ListNode | MapNode
    key: str
    shown: str
    layer: Layer


class Cloud:
    """One cloud. `layers`: first those that win."""

    def __init__(self, source: str, path: Path, entries: Mapping[Path, Value]) -> None:
        self.source = source
        self.path = path
        self.layers: list[Layer] = []
        for where, entry in entries.items():
            self.layers.append(Layer(where, self.mapping(f"its entry in {where}", entry)))

    def __repr__(self) -> str:
        return f"<{self.source}>"

    def mapping(self, what: str, value: Value) -> MapNode:
        """`value` as a mapping; nothing at all is an empty one."""
        if value is None:
            return MapNode({}, None)
        if not isinstance(value, MapNode):
            raise ConfigError(f"{self.source}: {what} is not a mapping", hint="auth: {auth_url: …, username: …}")
        return value

    def word(self, *keys: str) -> str | None:
        """The first of `keys` that is there, beside `auth`, and below it for a key of the sign-in."""
        given = self._given(keys[0], keys)
        return given.text if given else None

    def settings(self, variables: Environment, *, region: str | None, rackspace: bool, read: list[Path]) -> Settings:
        """All that is said, under the names of `Settings`. What holds for one region alone stands above the rest."""
        regions = self._regions()
        alone = next(iter(regions)) if len(regions) == 1 else None
        chosen = Setting(region or self._region_name() or alone or "", "region_name")
        extra = next((values for name, values in regions.items() if name.lower() == chosen.text.lower()), None)
        if extra is not None:
            self.layers.insert(0, extra)
        self._check_keys()
        given = {name: self._given(name, key.aliases) for name, key in {**AUTH, **TOP_LEVEL}.items()}
        if chosen.text:
            given["region_name"] = chosen
        return Settings(
            self.source,
            {name: value for name, value in given.items() if value is not None},
            called=lambda name: f"auth.{name}" if name in AUTH else name,
            home=variables.expanded,
            where_to_add=f"add to {' or '.join(str(path) for path in reversed(read))}:",
            rackspace=rackspace,
            regions=tuple(regions),
        )

    def _check_keys(self) -> None:
        """Raises `ConfigError` for a key that decides who signs in, to what, or where, and that is not obeyed."""
        known = {alias for key in AUTH.values() for alias in key.aliases}
        for layer in self.layers:
            auth = self._auth(layer)
            refused = [(name, auth, "auth.") for name in auth if name.replace("-", "_") not in known]
            refused += [(name, layer.branch, "") for name in layer.branch if name.replace("-", "_") in UNSUPPORTED]
            for name, branch, prefix in refused:
                shown = f"{prefix}{one_line(name)}{self._place(layer, branch.get(name))}"
                hint = UNSUPPORTED.get(name.replace("-", "_"), "remove it, or use one of the keys that the docs list")
                raise ConfigError(f"{self.source}: {shown} is not supported", hint=hint)

    def _given(self, name: str, keys: tuple[str, ...]) -> Setting | None:
        for found in self._all(keys, below_auth=name in AUTH):
            if name == "interface" and isinstance(found.value, ListNode):
                words = (item.text for item in found.value.items if isinstance(item, ScalarNode))
                return Setting(",".join(words), found.shown)
            if not isinstance(found.value, ScalarNode):
                raise ConfigError(f"{self.source}: {found.shown} is not a word", hint=f"{found.key}: …")
            if found.value.read_as and name not in _MAY_BE_CONVERTED:
                raise ConfigError(
                    f"{self.source}: {found.shown} is read as {found.value.read_as}, and comes out changed",
                    hint=f'quote it: {found.key}: "…"',
                )
            if found.value.text.strip():
                return Setting(found.value.text if name in SECRETS else found.value.text.strip(), found.shown)
        return None

    def _all(self, keys: tuple[str, ...], *, below_auth: bool = False) -> Iterator[_Found]:
        """Every value that one of `keys` has: of a higher layer first, and below `auth` before beside it."""
        for layer in self.layers:
            parts = [("", layer.branch)]
            if below_auth:
                parts.insert(0, ("auth.", self._auth(layer)))
            for prefix, branch in parts:
                for key in keys:
                    value = branch.get(key)
                    if value is not None:
                        yield _Found(value, key, f"{prefix}{key}{self._place(layer, value)}", layer)

    def _auth(self, layer: Layer) -> MapNode:
        auth = layer.branch.get("auth")
        return self.mapping(f"auth{self._place(layer, auth)}", auth)

    def _place(self, layer: Layer, value: Value) -> str:
        words = [] if value is None or value.line is None else [f"line {value.line}"]
        if layer.path is None:
            words.append("of the profile")
        elif layer.path != self.path:
            words.append(f"of {layer.path}")
        return f" ({' '.join(words)})" if words else ""

    def _region_name(self) -> str | None:
        found = next(self._all(REGION.aliases), None)
        return self.word(*REGION.aliases) if found and not _is_list(found) else None

    def _regions(self) -> dict[str, Layer | None]:
        """The listed regions, each with what is said for it alone."""
        lists = (found for found in self._all(("regions", *REGION.aliases)) if _is_list(found))
        found = next(lists, None)
        if found is None:
            return {}
        regions: dict[str, Layer | None] = {}
        for item in found.value.items if isinstance(found.value, ListNode) else (found.value,):
            values = item.get("values") if isinstance(item, MapNode) else None
            name = item.get("name") if isinstance(item, MapNode) else item
            if not isinstance(name, ScalarNode) or name.read_as or not name.text.strip(" ,"):
                raise ConfigError(
                    f"{self.source}: {found.shown} is no list of region names", hint="regions: [DFW, ORD]"
                )
            extra = Layer(found.layer.path, self.mapping(f"values in {found.shown}", values)) if values else None
            # A URL with a password, where a name belongs, is nothing to keep or to show.
            regions.update((word.strip(), extra) for word in name.text.split(",") if word.strip() and "@" not in word)
        return regions


def _is_list(found: _Found) -> bool:
    """Whether it lists regions: `region_name` once held lists too, also as one word with commas."""
    listed = isinstance(found.value, ListNode) or (isinstance(found.value, ScalarNode) and "," in found.value.text)
    return listed or found.key == "regions"
