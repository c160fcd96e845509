"""`segue simulate`: policies side by side in an environment where the truth is known."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from streams.commands.console import fail
from streams.commands.figures.plot import check_plot
from streams.commands.figures.simulated_carousel import simulate_carousel
from streams.commands.figures.simulated_listeners import simulate_listeners


class Environment(StrEnum):
    """Where policies are tried."""

    CAROUSEL = "carousel"
    LISTENERS = "listeners"


def simulate(
    environment: Annotated[Environment, typer.Option(help="Where policies are tried.")],
    seeds: Annotated[int, typer.Option(min=1, help="Runs, each on listeners of its own.")] = 3,
    listeners: Annotated[
        int | None,
        typer.Option(min=1, help="Visits of a round, or people.", show_default="2500 visits, 24 people"),
    ] = None,
    rounds: Annotated[
        int | None, typer.Option(min=1, help="Carousel: after each, policies learn.", show_default="30")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            envvar="SEGUE_CAROUSEL_DATA",
            help="Carousel: folder of Deezer's two files.",
            show_default="../shared/data/shelves",
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, help="Listeners: days with a home screen.", show_default="90")
    ] = None,
    real: Annotated[
        list[Path] | None,
        typer.Option(help="Listeners: a real log to compare habits with; may come several times."),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(help="Draw regret, or the knob's trade-off, to this file (needs matplotlib)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Try the live policy beside others: what they learn, what they miss, and whether propensities hold."""
    if plot is not None:
        check_plot(plot)
    match environment:
        case Environment.CAROUSEL:
            _refuse(environment, {"--days": days, "--real": real or None})
            simulate_carousel(
                data or Path(os.pardir, "shared", "data", "shelves"),
                rounds=rounds or 30,
                listeners=listeners or 2_500,
                seeds=range(seeds),
                plot=plot,
                as_json=as_json,
            )
        case Environment.LISTENERS:
            _refuse(environment, {"--rounds": rounds})
            simulate_listeners(
                days=days or 90,
                listeners=listeners or 24,
                seeds=seeds,
                real=real or (),
                plot=plot,
                as_json=as_json,
            )


def _refuse(environment: Environment, options: dict[str, object]) -> None:
    for name, value in options.items():
        if value is not None:
            fail(f"{name} says nothing of {environment}.", f"Leave {name} out.")
