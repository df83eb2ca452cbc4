"""What `make package` checks before it calls a zip a Lambda package, with programs that are none."""

import struct
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from made import ROOT

ELF = ROOT / ".ci/package/elf"
START = ROOT / ".ci/package/start_under_lambda.py"


def program(machine: int, segments: list[int]) -> bytes:
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, 0, 64, 0, 0, 64, 56, len(segments), 0, 0, 0)
    return head + b"".join(struct.pack("<I", kind) + bytes(52) for kind in segments)


@pytest.mark.parametrize(
    ("content", "machine", "complaint"),
    [
        (program(183, [1, 2]), "aarch64", None),
        (program(62, [1]), "x86_64", None),
        (program(62, [1]), "aarch64", "another processor"),
        (program(62, [1, 3]), "x86_64", "linked to a C library"),
        (b"#!/bin/sh\n", "x86_64", "no 64-bit ELF"),
    ],
)
def test_only_a_static_program_for_the_processor_is_packed(tmp_path: Path, content: bytes, machine: str, complaint: str | None) -> None:
    file = tmp_path / "program"
    file.write_bytes(content)
    ran = subprocess.run([ELF, file, machine], capture_output=True, text=True, check=False)
    assert ran.returncode == (0 if complaint is None else 1), ran.stderr
    assert complaint is None or complaint in ran.stderr


HOOK = """
import os, sys, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
if ENDS: sys.exit(3)
urllib.request.urlopen(f"{api}/next").read()
urllib.request.urlopen(f"{api}/1/{ANSWER}", data=b'{"errorType": "E", "errorMessage": "no CodeDeploy event"}').read()
urllib.request.urlopen(f"{api}/next").read()
"""


@pytest.mark.parametrize(
    ("ends", "answer", "code", "said"),
    [(False, "error", 0, "asked for its first event after"), (False, "response", 1, "instead of failing"), (True, "", 1, "exit code 3")],
)
def test_a_program_must_ask_for_an_event_and_fail_what_is_none(tmp_path: Path, ends: bool, answer: str, code: int, said: str) -> None:
    hook = tmp_path / "hook.py"
    hook.write_text(f"ENDS, ANSWER = {ends}, {answer!r}\n{textwrap.dedent(HOOK)}")
    ran = subprocess.run([sys.executable, START, sys.executable, hook], capture_output=True, text=True, timeout=90, check=False)
    assert (ran.returncode, said in ran.stdout + ran.stderr) == (code, True), ran
