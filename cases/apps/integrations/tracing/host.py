"""The code host's answers, seen where the SDK gets them."""

import functools
from typing import Any

from codehost import CodeHost
from integrations.tracing.record import current


def install() -> None:
    """Note each answer from now on."""
    ask = CodeHost._call

    @functools.wraps(ask)
    async def noted(self: CodeHost, method: str, path: str, **options: Any) -> Any:
        kind = path.rpartition("/")[2]
        try:
            answer = await ask(self, method, path, **options)
        except BaseException as error:
            current.refused[f"{kind}: {type(error).__name__}"] += 1
            raise
        current.answers[kind] += 1
        current.items[kind] += len(answer.get("items", ()))
        return answer

    # Assigned as an attribute it would be a method that mypy lets nobody replace.
    setattr(CodeHost, "_call", noted)  # noqa: B010
