"""`segue explain`: a slate made again from what it followed from, and why it is what it is."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from streams.commands.console import fail

UNREACHABLE = "Name the Kafka that the workers use: --brokers HOST:PORT."
GONE = (
    "Copy the id of a slate from `segue watch --json`; impressions and refused events have none, and Kafka \
keeps slates for a week."
)
UNEXPLAINED = (
    "Workers keep 1 of 100: start them with SEGUE_EXPLAINED_SHARE=1 to have all later ones explained."
)


def explain(
    recommendation: Annotated[str, typer.Argument(help="The id of a slate, such as 3-1842.")],
    brokers: Annotated[str, typer.Option(envvar="SEGUE_BROKERS", help="Kafka, as HOST:PORT.")] = "",
    item: Annotated[
        str | None, typer.Option(help="Tell of this item alone, also why it was not shown.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
) -> None:
    """Make a slate again from its recorded inputs, bit for bit, and say why it is what it is."""
    if not brokers:
        fail("no Kafka is named", UNREACHABLE)
    # numba takes a second to load: who asks for help need not wait for it.
    from confluent_kafka import KafkaException

    from models.errors import CorruptState
    from streams.explanations import NoSuchSlate, NotExplained
    from streams.topic_reader import Unreachable

    try:
        same = _explain(brokers, recommendation, item, as_json)
    except NoSuchSlate as error:
        fail(str(error), GONE)
    except NotExplained as error:
        fail(str(error), UNEXPLAINED)
    except CorruptState as error:
        fail(f"the explanation cannot be read: {error}", "Use the version of Segue that the worker ran.")
    except Unreachable as error:
        fail(str(error), UNREACHABLE)
    except KafkaException as error:
        fail(f"Kafka at {brokers} fails: {error.args[0].str()}", UNREACHABLE)
    if not same:
        raise typer.Exit(1)


def _explain(brokers: str, recommendation: str, item: str | None, as_json: bool) -> bool:
    """Print it; returns whether the slate that was made again is the one that was emitted."""
    from rich.console import Console

    from models.explained import account
    from streams.commands.catalog_names import read_names
    from streams.commands.figures.slate_document import as_document
    from streams.commands.figures.slate_report import report
    from streams.explanations import find_explained, first_difference, write_again

    kept = find_explained(brokers, recommendation)
    if item is not None and item not in kept.explanation.names.items:
        fail(
            f"{item} was not shown: it was not among the {len(kept.explanation.names.items)} candidates",
            "Nothing that this listener did, nor what others play, spoke for it strongly enough.",
        )
    made = account(kept.explanation)
    again = write_again(kept.document, made.slate, kept.explanation)
    differs = "" if again == kept.record else first_difference(kept.document, orjson.loads(again))
    document = as_document(kept, made, differs, item=item)
    if as_json:
        typer.echo(orjson.dumps(document))
    else:
        Console(highlight=False).print(*report(document, read_names(brokers)))
    return not differs
