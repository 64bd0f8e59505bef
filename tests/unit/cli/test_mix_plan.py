"""How the options of a mix are read."""

import pytest

from apollonia.cli.likeness import plan_of
from apollonia.domain.mixing import EnergyCurve
from apollonia.errors import InvalidError


def test_a_plan_has_minutes_and_a_path_of_tempo():
    plan = plan_of(2.5, "118..128", EnergyCurve.RISE, keys=False)
    assert (plan.length_ms, plan.tempo, plan.keys) == (150_000, (118.0, 128.0), False)
    assert plan_of(1, "124", None, keys=True).tempo == (124.0, 124.0)
    assert plan_of(1, None, None, keys=True).tempo is None


@pytest.mark.parametrize("tempo", ["fast", "0", "118..x", ".."])
def test_what_is_no_tempo_is_refused(tempo):
    with pytest.raises(InvalidError, match="no tempo"):
        plan_of(1, tempo, None, keys=True)
