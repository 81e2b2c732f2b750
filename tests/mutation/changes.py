"""The small ways in which code is changed, one at a time."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


def changed(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, what was changed, and the whole source with that one change."""
    tree = ast.parse(source)
    for place, node in enumerate(ast.walk(tree)):
        for number, (was, becomes) in enumerate(_variants(node)):
            other = copy.deepcopy(tree)
            _replace(next(n for at, n in enumerate(ast.walk(other)) if at == place), number)
            yield getattr(node, "lineno", 0), f"{was} → {becomes}", ast.unparse(other)


def _variants(node: ast.AST) -> list[tuple[str, str]]:
    """What a node can be changed to, in words; `_replace` does it by number."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARE:
            return [(ast.unparse(node), _COMPARE[type(op)].__name__)]
        case ast.BoolOp():
            return [(ast.unparse(node), "or" if isinstance(node.op, ast.And) else "and")]
        case ast.UnaryOp(op=ast.Not()):
            return [(ast.unparse(node), "without not")]
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC and not _is_annotation(node):
            return [(ast.unparse(node), _ARITHMETIC[type(op)].__name__)]
        case ast.Constant(value=bool()):
            return [(str(node.value), str(not node.value))]
        case ast.Constant(value=int() | float() as number):
            return [(str(number), str(number + 1))]
        case ast.If() | ast.IfExp() | ast.While() if not (isinstance(node.test, ast.Name) and node.test.id.isupper()):
            return [(f"if {ast.unparse(node.test)}", "if True"), (f"if {ast.unparse(node.test)}", "if False")]
        case ast.Return(value=value) if value is not None and not _is_none(value):
            return [(ast.unparse(node), "return None")]
        case ast.Raise(exc=exc) if exc is not None:
            return [(ast.unparse(node), "pass")]
        case ast.Expr(value=ast.Call()):
            return [(ast.unparse(node), "pass")]
        case ast.AugAssign():
            return [(ast.unparse(node), "pass")]
    return []


def _replace(node: ast.AST, number: int) -> None:
    match node:
        case ast.Compare():
            node.ops = [_COMPARE[type(node.ops[0])]()]
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp():
            node.op = ast.UAdd()
            node.operand = ast.Call(ast.Name("bool"), [node.operand], [])
        case ast.BinOp():
            node.op = _ARITHMETIC[type(node.op)]()
        case ast.Constant(value=bool() as value):
            node.value = not value
        case ast.Constant(value=int() | float() as value):
            node.value = value + 1
        case ast.If() | ast.IfExp() | ast.While():
            node.test = ast.Constant(number == 0)
        case ast.Return():
            node.value = ast.Constant(None)
        case ast.Raise() | ast.Expr() | ast.AugAssign():
            _empty(node)


def _empty(node: ast.stmt) -> None:
    """Makes a statement do nothing, in its place."""
    nothing = ast.Expr(ast.Constant(None), lineno=node.lineno, col_offset=node.col_offset)
    node.__class__ = ast.Expr
    node.__dict__ = nothing.__dict__


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_annotation(node: ast.BinOp) -> bool:
    """`int | None` is no arithmetic."""
    names = {ast.unparse(part) for part in (node.left, node.right)}
    return isinstance(node.op, ast.BitOr) and any(
        name == "None" or name[:1].isupper() or name in _TYPES for name in names
    )


_TYPES = {"int", "str", "float", "bool", "bytes"}
