"""The command line: `segue COMMAND`, each command in a file of its own."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Iterable
from importlib import import_module
from typing import Final

import typer

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "demo": ("streams.commands.demo", "demo"),
    "broker": ("streams.commands.broker", "broker"),
    "worker": ("streams.commands.worker", "worker"),
    "import": ("streams.commands.import_", "import_history"),
    "replay": ("streams.commands.replay", "replay"),
    "watch": ("streams.commands.watch", "watch"),
    "explain": ("streams.commands.explain", "explain"),
    "backtest": ("streams.commands.backtest", "backtest"),
    "simulate": ("streams.commands.simulate", "simulate"),
    "experiment": ("streams.commands.experiment", "experiment"),
    "graph": ("streams.commands.graph", "graph"),
    "diet": ("streams.commands.diet", "diet"),
    "offpolicy": ("streams.commands.offpolicy", "offpolicy"),
    "bench": ("streams.commands.bench", "bench"),
    "doctor": ("streams.commands.doctor", "doctor"),
}
"""Name -> module and function, in the order of the help; a module is loaded when its command is called."""


def build(names: Iterable[str]) -> typer.Typer:
    """Make the command line of these commands, loading only their modules."""
    app = typer.Typer(
        name="segue",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    app.callback()(segue)
    for name in names:
        module, function = COMMANDS[name]
        loaded = getattr(import_module(module), function)
        if isinstance(loaded, typer.Typer):
            app.add_typer(loaded, name=name)
        else:
            app.command(name)(loaded)
    return app


def segue() -> None:
    """Real-time personalization for music and audio: listening events in, fresh slates out."""


def main() -> None:
    """Run the command line."""
    # Dependencies of dependencies announce their own plans; a listener of music need not hear of them.
    warnings.simplefilter("ignore", DeprecationWarning)
    # The matrices of a slate are small: threads would only wait for each other, and workers for cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # A slate is a tree of tuples without cycles, gone as soon as it is sent. Looking through them for garbage
    # after every 700, as Python does by itself, takes a fifth of a worker's time.
    gc.set_threshold(200_000, 50, 50)
    called = [name for name in sys.argv[1:2] if name in COMMANDS]
    # Half of the commands load Faust or numba: the one that is called loads nothing for the others.
    build(called or COMMANDS)()


if __name__ == "__main__":
    main()
