"""What is called can be found by its name: none is put together while the program runs."""
import ast

from devtools import house
from devtools.settings import ROOT


def test_no_name_of_a_method_is_built():
    assert [
        f'{path.relative_to(ROOT)}:{node.lineno}'
        for _package, path, tree in house.sources() for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        and node.func.id in ('getattr', 'setattr', 'hasattr')
        and any(isinstance(part, ast.JoinedStr | ast.BinOp) for part in node.args[1:])] == []
