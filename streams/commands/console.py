"""What every command says to a person: on stderr, so that stdout holds results only."""

from __future__ import annotations

from typing import NoReturn

import typer
from rich.console import Console

stderr = Console(stderr=True, highlight=False)


def fail(message: str, hint: str) -> NoReturn:
    """End the command with exit code 1: what went wrong, then what to do next; never a traceback."""
    stderr.print("[bold red]Error:[/]", end=" ")
    say(message)
    stderr.print("[bold]Next:[/]", end=" ")
    say(hint)
    raise typer.Exit(1)


def say(line: str) -> None:
    """Print a line as it is: names of files and tracks hold brackets, which are no markup."""
    stderr.print(line, markup=False, soft_wrap=True)
