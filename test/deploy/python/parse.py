"""Parses HCL: JSON {name: text} on standard input, JSON {name: tree} on standard output.

A tree is {"rule", "children", "line"}, a token {"token", "value", "line"}.
A file that is not HCL ends the process with its name and position.
"""

import json
import sys

import hcl2
from lark import Token
from lark.exceptions import UnexpectedInput


def convert(node):
    if isinstance(node, Token):
        return {"token": node.type, "value": str(node), "line": node.line}
    children = [
        convert(child)
        for child in node.children
        if child is not None and getattr(child, "data", "") != "new_line_or_comment"
    ]
    line = children[0]["line"] if children else 0
    return {"rule": str(node.data), "children": children, "line": line}


trees = {}
for name, text in json.load(sys.stdin).items():
    try:
        trees[name] = convert(hcl2.parses_to_tree(text))
    except UnexpectedInput as error:
        sys.exit(f"{name}:{error.line}:{error.column}: not HCL")
json.dump(trees, sys.stdout)
