"""README.md of Terraform modules, made from their code. Called by terraform/modules/doc.sh."""

import argparse
import difflib
import re
import sys
from pathlib import Path

import hcl2


def main() -> int:
    parser = argparse.ArgumentParser(prog="doc.sh", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a README is out of date")
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    stale = 0
    for module in sorted(path.parent for path in given.folder.glob("*/main.tf")):
        wanted, readme = document(module), module / "README.md"
        found = readme.read_text(encoding="utf-8") if readme.exists() else ""
        if wanted == found:
            continue
        if given.check:
            stale += 1
            print(f"error: {module.name}/README.md is out of date", file=sys.stderr)
            print("".join(list(difflib.unified_diff(found.splitlines(True), wanted.splitlines(True), "is", "should be"))[:20]), file=sys.stderr)
        else:
            readme.write_text(wanted, encoding="utf-8")
            print(f"wrote {module.name}/README.md", file=sys.stderr)
    if stale:
        print("\nhint: run terraform/modules/doc.sh", file=sys.stderr)
    return 1 if stale else 0


def document(module: Path) -> str:
    code = {path.name: path.read_text(encoding="utf-8") for path in sorted(module.glob("*.tf"))}
    blocks = [hcl2.loads(text) for text in code.values()]
    lines = [f"# {module.name}", "", opening(code["main.tf"]), "", "Made by `../doc.sh` from the code.", "", "## Inputs", ""]
    lines += ["| name | type | default | |", "|---|---|---|---|"]
    for name, about in named(blocks, "variable"):
        lines.append(f"| `{name}` | `{kind(about.get('type', 'any'))}` | {shown_default(about)} | {cell(about.get('description', ''))} |")
    lines += ["", "## Outputs", "", "| name | |", "|---|---|"]
    lines += [f"| `{name}` | {cell(about.get('description', ''))} |" for name, about in named(blocks, "output")]
    lines += ["", "## Resources", ""]
    lines += sorted(f"- `{kind_}.{unquoted(name)}`" for block in blocks for kind_, name in resources(block))
    return "\n".join(lines) + "\n"


def opening(text: str) -> str:
    """The comment that main.tf begins with."""
    comment = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        comment.append(line.lstrip("# ").rstrip())
    return " ".join(comment)


def unquoted(text: object) -> str:
    return str(text).strip('"')


def named(blocks: list[dict], kind_: str) -> list[tuple[str, dict]]:
    found = [(unquoted(name), about) for block in blocks for entry in block.get(kind_, []) for name, about in entry.items() if not name.startswith("__")]
    return sorted(found)


def resources(block: dict) -> list[tuple[str, str]]:
    return [(unquoted(kind_), name) for entry in block.get("resource", []) for kind_, names in entry.items() if not kind_.startswith("__") for name in names]


def kind(text: object) -> str:
    """`object({…})` is long: the variable's description and validation say more."""
    name = re.sub(r"\s+", " ", str(text)).strip("${}\" ")
    return re.sub(r"object\(.*", "object", name, flags=re.S) + (")" if name.startswith(("map(object", "list(object", "set(object")) else "")


def shown_default(about: dict) -> str:
    if "default" not in about:
        return "required"
    value = about["default"]
    match value:
        case None | "null":
            return "`null`"
        case bool():
            return f"`{str(value).lower()}`"
        case [] | {}:
            return f"`{'[]' if value == [] else '{}'}`"
        case str() if len(value) < 60:
            return f"`{unquoted(value)}`"
        case list() | dict() | str():
            return "see the code"
        case _:
            return f"`{value}`"


def cell(text: object) -> str:
    return re.sub(r"\s+", " ", unquoted(text)).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
