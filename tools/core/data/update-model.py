#!/usr/bin/env python3
"""Writes ecs-taskdef-model.json: what RegisterTaskDefinition accepts, taken from botocore's public service model.

    python3 tools/core/data/update-model.py            writes the file beside this script
    python3 tools/core/data/update-model.py --check    exits 1 when the file differs from the installed botocore's model

The version of botocore and the date of the run are written into the file.
"""

import argparse
import datetime
import json
import pathlib
import sys

import botocore
import botocore.session

TARGET = pathlib.Path(__file__).with_name("ecs-taskdef-model.json")


def describe(shape):
    """One shape as nested plain data. RegisterTaskDefinition has no recursive shapes."""
    kind = shape.type_name
    if kind == "structure":
        out = {"type": "structure", "members": {name: describe(member) for name, member in shape.members.items()}}
        if shape.required_members:
            out["required"] = list(shape.required_members)
    elif kind == "list":
        out = {"type": "list", "item": describe(shape.member)}
    elif kind == "map":
        out = {"type": "map", "value": describe(shape.value)}
    elif kind in ("string", "boolean"):
        out = {"type": kind}
        if getattr(shape, "enum", None):
            out["enum"] = list(shape.enum)
    elif kind in ("integer", "long"):
        out = {"type": "integer"}
    elif kind in ("double", "float"):
        out = {"type": "number"}
    else:
        raise SystemExit(f"unknown shape type {kind} of {shape.name}")
    for bound in ("min", "max"):
        if bound in shape.metadata:
            out[bound] = shape.metadata[bound]
    return out


def build():
    service = botocore.session.get_session().get_service_model("ecs")
    register = service.operation_model("RegisterTaskDefinition").input_shape
    described = service.shape_for("TaskDefinition")
    return {
        "source": "botocore ecs/2014-11-13/service-2.json, RegisterTaskDefinition",
        "botocore": botocore.__version__,
        "date": datetime.date.today().isoformat(),
        "read_only": sorted(set(described.members) - set(register.members)),
        "request": describe(register),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare only")
    arguments = parser.parse_args()
    model = build()
    if arguments.check:
        current = json.loads(TARGET.read_text(encoding="utf-8"))
        same = all(current[key] == model[key] for key in ("read_only", "request"))
        print("up to date" if same else f"{TARGET.name} differs from botocore {botocore.__version__}")
        sys.exit(0 if same else 1)
    TARGET.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
