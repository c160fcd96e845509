"""Who is in which variant of an experiment: a hash decides, so that nothing is stored and nobody is asked."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How variants meet listeners."""

    AB = "ab"
    """Each listener sees one variant."""
    INTERLEAVING = "interleaving"
    """Each listener sees two rankings in one list, half and half."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant, and the share of all listeners that is to be in it."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Experiment:
    """Variants under a name, which also salts the hash; the first is what the others are compared with.

    Raises ValueError unless there are two variants or more of different names, each with a share above 0,
    and the shares add up to 1; or where an interleaving experiment has other than two variants of one half.

    >>> Experiment("home", (Variant("control", 0.5), Variant("discovery", 0.4)))
    Traceback (most recent call last):
    ValueError: the shares of an experiment add up to 1, not 0.9
    """

    name: str
    variants: tuple[Variant, ...]
    kind: Kind = Kind.AB

    def __post_init__(self) -> None:
        names = [variant.name for variant in self.variants]
        shares = [variant.share for variant in self.variants]
        if len(names) < 2 or len(set(names)) < len(names):
            raise ValueError("an experiment has at least two variants, each of another name")
        if not all((self.name, *names)) or "\0" in self.name.join(names):
            raise ValueError("an experiment and its variants have names")
        if not all(share > 0.0 for share in shares):
            raise ValueError("each variant has a share above 0")
        if abs(sum(shares) - 1.0) > 1e-9:
            raise ValueError(f"the shares of an experiment add up to 1, not {sum(shares):g}")
        if self.kind is Kind.INTERLEAVING and shares != [0.5, 0.5]:
            raise ValueError("an interleaving experiment has two variants of one half each")


def assign(experiment: Experiment, user: str) -> str:
    """Name the variant that a listener is in: the same in every process, whatever other experiments run.

    Each variant draws an exponential waiting time at the rate of its share from the hash of (experiment,
    variant, listener), and the first to arrive wins: so it wins with the probability of its share. If shares
    change, listeners move only into variants whose share grew against the others', out of those whose share
    fell; nobody moves between two that kept their proportion, as they would with consecutive ranges.

    Source: Thaler and Ravishankar 1998, "Using name-based mappings to increase hit rates" (rendezvous
    hashing); its weighted form is Schindelhauer and Schomaker's logarithmic method, 2005.

    >>> halves = Experiment("home", (Variant("control", 0.5), Variant("discovery", 0.5)))
    >>> [assign(halves, user) for user in ("ann", "bob", "cyd")]
    ['discovery', 'discovery', 'control']
    """
    first = min(experiment.variants, key=lambda variant: _waiting_time(experiment.name, variant, user))
    return first.name


def _waiting_time(name: str, variant: Variant, user: str) -> float:
    digest = hashlib.blake2b(f"{name}\0{variant.name}\0{user}".encode(), digest_size=8).digest()
    uniform = ((int.from_bytes(digest, "little") >> 11) + 0.5) * 2.0**-53
    return -math.log(uniform) / variant.share
