"""What the configuration must be: the schema, and what no schema can say."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema

from configuration.findings import Finding
from configuration.source import ENVIRONMENTS, File, merged, shown

PLACEHOLDER = re.compile(r"<[^<>]*>")
# MiB that Fargate has for each number of CPU units
# (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html, 2026-11).
FARGATE_MEMORY = {256: (512, 2048), 512: (1024, 4096), 1024: (2048, 8192), 2048: (4096, 16384), 4096: (8192, 30720)}
TYPES = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false", "array": "a list", "object": "keys"}


def check(files: dict[str, File], schema: Path, render_toml: Path) -> list[Finding]:
    """All findings. Relations between values are looked at only where the values themselves are right."""
    document = json.loads(schema.read_text(encoding="utf-8"))
    findings = [finding for file in files.values() for finding in shape(file, document)]
    if findings:
        return findings
    return [*relations(files), *agrees(files, render_toml)]


def shape(file: File, document: dict[str, Any]) -> list[Finding]:
    kind = "shared" if file.name == "shared" else "environment"
    validator = jsonschema.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": document["$defs"]})
    findings = [Finding(file.path, line, f"{key} is given twice") for key, line in file.duplicates]
    for error in validator.iter_errors(file.value):
        findings.extend(explain(file, document, error))
    return findings


def explain(file: File, document: dict[str, Any], error: jsonschema.ValidationError) -> list[Finding]:
    path = tuple(error.absolute_path)
    key = ".".join(str(part) for part in path if not isinstance(part, int))
    line = file.line(path)
    if error.validator == "required":
        # One error for each missing key, whose name is only in the message.
        name = error.message.split("'")[1]
        about = error.schema["properties"][name]
        inside = f" in {key}" if key else ""
        return [Finding(file.path, line, f"{name} is missing{inside}: {about['description'].lower()}", example(about, name))]
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        there = f"{key or 'this file'}; there are: {', '.join(sorted(known))}"
        return [Finding(file.path, file.line((*path, name)), f"{name} is no key of {there}") for name in error.instance if name not in known]
    if isinstance(error.instance, str) and PLACEHOLDER.search(error.instance):
        message = f"{key} is still the placeholder {error.instance}"
    else:
        message = f"{key} {_wrong(error)}"
    return [Finding(file.path, line, message, example(schema_of(file, document, path), key))]


def schema_of(file: File, document: dict[str, Any], path: tuple) -> dict[str, Any]:
    """The schema of the key at `path`; for an item of a list, the list's."""
    schema = document["$defs"]["shared" if file.name == "shared" else "environment"]
    for part in path:
        schema = schema if isinstance(part, int) else schema["properties"][part]
    return schema


def example(schema: dict[str, Any], key: str) -> str:
    return f"{key.rsplit('.', 1)[-1]}: {schema['examples'][0]}" if schema.get("examples") else ""


def _wrong(error: jsonschema.ValidationError) -> str:
    value = json.dumps(error.instance, ensure_ascii=False)
    match error.validator:
        case "type":
            wanted = TYPES[error.validator_value]
            quotes = "; put it in quotes" if error.validator_value == "string" and isinstance(error.instance, int | float) else ""
            return f"must be {wanted}, not {value}{quotes}"
        case "pattern":
            return f"is {value}, which does not fit: {error.schema.get('description', 'see the example').lower()}"
        case "enum":
            return f"is {value}; it can be {', '.join(str(one) for one in error.validator_value)}"
        case "minimum":
            return f"is {value}, at least {error.validator_value} is wanted"
        case "maximum":
            return f"is {value}, at most {error.validator_value} is wanted"
        case "minItems" | "minLength":
            return "is empty"
        case "maxItems":
            return f"has {len(error.instance)} entries, at most {error.validator_value} are possible"
        case "uniqueItems":
            return "names something twice"
        case _:
            return error.message


def relations(files: dict[str, File]) -> list[Finding]:
    found: list[Finding] = []
    shared = files["shared"]
    region, code = shared.value["aws_region_name"], shared.value["aws_region_code"]
    if not (code.startswith(region[:2]) and code[-1] == region[-1]):
        found.append(at(shared, "aws_region_code", f"{code} is not the short name of {region}", f"aws_region_code: {short(region)}"))
    if "*" in shared.value["branches"][0]:
        found.append(at(shared, "branches", "the first branch is what a start by hand takes, so it is no pattern", "branches: [main]"))
    for name in ENVIRONMENTS:
        found.extend(environment(files, name))
    hosts = [host for name in ENVIRONMENTS for host in files[name].value["hosts"].values()]
    if len(set(hosts)) < len(hosts):
        found.append(at(files["prod"], "hosts", "test and prod need different names for site and api", "hosts: { site: www.example.com, api: api.example.com }"))
    return found


def environment(files: dict[str, File], name: str) -> list[Finding]:
    file, config = files[name], merged(files, name)
    found: list[Finding] = []
    shared_region = files["shared"].value["aws_region_name"]
    if config["aws_region_name"] != shared_region:
        why = f"{name} is in {config['aws_region_name']} and the pipeline in {shared_region}: one region for all, as CodePipeline's artifacts are in one"
        found.append(at(file, "aws_region_name", why, f"aws_region_name: {shared_region}"))
    zone = config["aws_route53_dns_zone_name"]
    for kind, host in config["hosts"].items():
        if host != zone and not host.endswith(f".{zone}"):
            found.append(at(file, ("hosts", kind), f"{host} is not in the zone {zone}", f"{kind}: {name}.{zone}"))
    tasks = config["backend"]
    if tasks["max_tasks"] < tasks["min_tasks"]:
        found.append(at(file, ("backend", "max_tasks"), f"max_tasks ({tasks['max_tasks']}) is below min_tasks ({tasks['min_tasks']})", f"max_tasks: {tasks['min_tasks'] * 2}"))
    least, most = FARGATE_MEMORY[tasks["cpu"]]
    if not least <= tasks["memory"] <= most or (tasks["memory"] != 512 and tasks["memory"] % 1024):
        found.append(at(file, ("backend", "memory"), f"Fargate has no {tasks['memory']} MiB for {tasks['cpu']} CPU units, but {least} to {most} in steps of 1024", f"memory: {least}"))
    database = config.get("database", {})
    if "capacity" in database and database.get("replica_regions"):
        found.append(at(file, "database", "copies in other regions need capacity on demand: leave out capacity, or replica_regions"))
    capacity = database.get("capacity", {})
    for kind in ("read", "write"):
        if capacity and capacity[f"{kind}_max"] < capacity[f"{kind}_min"]:
            found.append(at(file, ("database", "capacity"), f"{kind}_max is below {kind}_min", f"{kind}_max: {capacity[f'{kind}_min'] * 10}"))
    if config["aws_account_id"] != files["shared"].value["aws_account_id"] and "operator_role_name" not in config:
        why = "operator_role_name is missing: an environment in an account of its own says which role applies it, as that role fetches the hook's package"
        found.append(at(file, "aws_account_id", why, "operator_role_name: AdministratorAccess"))
    return found


def agrees(files: dict[str, File], render_toml: Path) -> list[Finding]:
    """Account and region are also in render.toml, which render-taskdef reads."""
    text = render_toml.read_text(encoding="utf-8")
    sections = tomllib.loads(text).get("environments", {})
    found = []
    for name in ENVIRONMENTS:
        config, section = merged(files, name), sections.get(name, {})
        for key, wanted in (("account", config["aws_account_id"]), ("region", config["aws_region_name"])):
            if section.get(key) != wanted:
                why = f"{key} of {name} is {section.get(key, 'not there')}, but {files[name].path} says {wanted}"
                found.append(Finding(shown(render_toml), toml_line(text, name, key), why, f'{key} = "{wanted}"'))
    return found


def toml_line(text: str, name: str, key: str) -> int:
    section = ""
    start = 1
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("["):
            section = line.strip()
            start = number if section == f"[environments.{name}]" else start
        if section == f"[environments.{name}]" and re.match(rf"{key}\s*=", line):
            return number
    return start


def at(file: File, key: str | tuple, message: str, example: str = "") -> Finding:
    path = key if isinstance(key, tuple) else (key,)
    return Finding(file.path, file.line(path), f"{'.'.join(path)}: {message}", example)


def short(region: str) -> str:
    """eu-central-1 is euc1, ap-southeast-2 is apse2."""
    area, *words, number = region.split("-")
    initials = {"northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw"}
    return area + "".join(initials.get(word, word[0]) for word in words) + number
