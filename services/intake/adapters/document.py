"""What every adapter promises: bytes in, reports out, or one clear problem. Does no IO.

An adapter module offers `read(body: bytes, source: str) -> tuple[Told, ...]`.
"""

from __future__ import annotations

from typing_extensions import override


class BadDocument(ValueError):
    """The document cannot be read: `field` says where, `problem` what, `remedy` what to do.

    None of them carries a value of the document, because it may be personal.
    """

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        super().__init__(field, problem, remedy)
        self.field = field
        self.problem = problem
        self.remedy = remedy

    @override
    def __str__(self) -> str:
        return f"{self.field}: {self.problem}; {self.remedy}" if self.field else self.problem
