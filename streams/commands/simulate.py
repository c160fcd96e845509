"""`segue simulate`: policies side by side in an environment where the truth is known."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from streams.commands.figures.plot import check_plot
from streams.commands.figures.simulated_carousel import simulate_carousel


class Environment(StrEnum):
    """Where policies are tried."""

    CAROUSEL = "carousel"


def simulate(
    environment: Annotated[Environment, typer.Option(help="Where policies are tried.")],
    rounds: Annotated[int, typer.Option(min=1, help="After each, policies learn.")] = 30,
    listeners: Annotated[int, typer.Option(min=1, help="Visits of a round.")] = 2_500,
    seeds: Annotated[int, typer.Option(min=1, help="Runs, each on listeners of its own.")] = 3,
    data: Annotated[
        Path | None,
        typer.Option(
            envvar="SEGUE_CAROUSEL_DATA",
            help="Folder of Deezer's two files.",
            show_default="../shared/data/shelves",
        ),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw regret by round to this file (needs matplotlib).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Try the live policy beside others: what they learn, what they miss, and whether propensities hold."""
    if plot is not None:
        check_plot(plot)
    match environment:
        case Environment.CAROUSEL:
            simulate_carousel(
                data or Path(os.pardir, "shared", "data", "shelves"),
                rounds=rounds,
                listeners=listeners,
                seeds=range(seeds),
                plot=plot,
                as_json=as_json,
            )
