"""One thing that is wrong with the configuration."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    file: str
    line: int
    message: str
    # What a right line looks like.
    example: str = ""

    def __str__(self) -> str:
        text = f"error: {self.file}:{self.line}: {self.message}"
        return f"{text}\n  example: {self.example}" if self.example else text
