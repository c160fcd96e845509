"""How shelves were chosen, as outcomes of the policy that chose and of those that looked on."""

from __future__ import annotations

import numpy as np

from models.off_policy import OutcomeBlock
from models.off_policy.outcomes import OUTCOME
from models.shelf_lessons import Rows
from models.shelf_policy import POLICIES


def judge_choices(choices: Rows, *, source_partition: int) -> OutcomeBlock:
    """Say of n choices (`CHOICE`, offsets never fall) what each of `POLICIES` thought of them.

    Rewards are what the shelf earned at once, cut to [0, 1]; what is expected is cut likewise.
    """
    judged = {}
    for nth, policy in enumerate(POLICIES):
        rows = np.zeros(len(choices), OUTCOME)
        rows["offset"], rows["reward"] = choices["offset"], choices["reward"]
        rows["logged"], rows["target"] = choices["odds"][:, 0], choices["odds"][:, nth]
        rows["predicted"] = choices["predicted"].clip(0.0, 1.0)
        rows["expected"] = choices["values"][:, nth].clip(0.0, 1.0)
        judged[policy] = rows
    return OutcomeBlock(source_partition, judged)
