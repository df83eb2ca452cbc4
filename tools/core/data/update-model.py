#!/usr/bin/env python3
"""Writes ecs-taskdef-model.json: what RegisterTaskDefinition accepts, taken from botocore's public service model.

    python3 tools/core/data/update-model.py            writes the file beside this script
    python3 tools/core/data/update-model.py --check    exits 1 when the file differs from the installed botocore's model

botocore comes from requirements.txt beside this script; a newer one is checked by raising the version there. The version of botocore
and the date of the run are written into the file, and render-taskdef names both in its output. fargate-sizes.json is not made by this
script: the service model no longer states Fargate's sizes, so that table is kept by hand, with its page and date.
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
        out = {"type": kind}
    elif kind in ("double", "float"):
        out = {"type": "number"}
    else:
        raise SystemExit(f"unknown shape type {kind} of {shape.name}")
    for constraint in ("min", "max", "pattern"):
        if constraint in shape.metadata:
            out[constraint] = shape.metadata[constraint]
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


def difference(ours, theirs, path):
    """Paths at which two shapes differ."""
    if not (isinstance(ours, dict) and isinstance(theirs, dict)):
        return [] if ours == theirs else [path]
    found = []
    for key in ours.keys() | theirs.keys():
        found += difference(ours.get(key), theirs.get(key), f"{path}/{key}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare only")
    arguments = parser.parse_args()
    model = build()
    if arguments.check:
        current = json.loads(TARGET.read_text(encoding="utf-8"))
        differences = sorted(difference(current["request"], model["request"], ""))
        differences += [f"read-only {name}" for name in sorted(set(current["read_only"]) ^ set(model["read_only"]))]
        if differences:
            print(f"{TARGET.name} (botocore {current['botocore']} of {current['date']}) differs from botocore {botocore.__version__}:")
            print("".join(f"  {line}\n" for line in differences), end="")
            print("run the script without --check, look at the difference, and give new members their rules")
            sys.exit(1)
        print(f"{TARGET.name} says what botocore {botocore.__version__} says")
        return
    TARGET.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
