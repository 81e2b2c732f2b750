"""YAML, read safely: this module alone imports PyYAML, and is imported where there is a file to read."""

from __future__ import annotations

from typing import Any

import yaml

from .tree import ListNode, MapNode, Unreadable, Value, written

_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """SafeLoader with fewer kinds of value: nothing is made of a word, so nothing can fail in the making.

    Anchors and `<<` work as everywhere.
    """

    yaml_constructors = {}  # noqa: RUF012


def _scalar(loader: _Loader, node: yaml.ScalarNode) -> Value:
    kind = node.tag.removeprefix(_TAG)
    return None if kind == "null" else written(node.value, kind, node.start_mark.line + 1)


def _sequence(loader: _Loader, node: yaml.SequenceNode) -> Value:
    return ListNode(tuple(loader.construct_object(item, deep=True) for item in node.value), node.start_mark.line + 1)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Value:
    loader.flatten_mapping(node)
    entries = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key that is no word", key.start_mark)
        entries[key.value] = loader.construct_object(value, deep=True)
    return MapNode(entries, node.start_mark.line + 1)


def _refused(loader: _Loader, node: yaml.Node) -> Any:
    raise yaml.constructor.ConstructorError(None, None, "a tag of its own", node.start_mark)


for _kind in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge"):
    _Loader.add_constructor(_TAG + _kind, _scalar)
_Loader.add_constructor(_TAG + "seq", _sequence)
_Loader.add_constructor(_TAG + "map", _mapping)
_Loader.add_constructor(None, _refused)


def parse_yaml(data: bytes) -> Value | Unreadable:
    """What PyYAML says of an error is not kept: it quotes the line, which may hold a secret."""
    try:
        return _Loader(data).get_single_data()  # type: ignore[no-any-return]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Unreadable(mark.line + 1 if mark else None)
    except (yaml.YAMLError, RecursionError):
        return Unreadable()
