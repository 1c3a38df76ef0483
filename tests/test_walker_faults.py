"""Bad input about walls, gates, steps and terrain: each named, with what to do."""

from dataclasses import replace

import numpy as np
import pytest
import walled_world as world
from measure_world import line_network
from walled_world import areas, lines, points, ring, streets, walled

from greenmap.errors import InputFaults
from greenmap.read.barriers import read_barriers
from greenmap.studies.findings import _steps
from greenmap.studies.walls import doubtful_walls

LAND = streets(world.COMPOUND, world.ROUND + world.LANE)
WALL = lines(ring(0, 0, 400, 400))


def told(error):
    return str(error.value)


def test_gates_off_every_wall_are_named_with_the_likely_datum():
    with pytest.raises(InputFaults) as error:
        walled(LAND, WALL, points((200, 0), (200, -6), (150, 300), access="all"))
    assert "2 " in told(error) and "g1, g2" in told(error)
    assert "gcj02" in told(error)
    # 5 m is near enough
    walled(LAND, WALL, points((200, -5), access="all"))


def test_a_wall_given_as_a_point_is_refused(tmp_path):
    file = tmp_path / "walls.geojson"
    table = points((0, 0), (5, 5), prefix="w").to_crs(4326)
    table.assign(barrier_id=["w0", "w1"]).to_file(file, driver="GeoJSON")
    with pytest.raises(InputFaults) as error:
        read_barriers(file)
    assert "Point" in told(error)
    assert "w0" in told(error)


def test_a_compound_without_gates_is_named():
    cut = walled(LAND, compounds=areas((0, 0, 400, 400), (500, 0, 600, 100), name=["甲", "乙"]),
                 gates=points((200, 0), access="all"))
    (fault,) = doubtful_walls(cut)
    assert fault.facts["count"] == 1
    assert "乙" in fault.text("zh")


def test_steps_of_which_no_ramp_is_known_are_counted():
    plain = line_network()
    stairs = replace(plain, kinds=("", "steps"), kind=np.array([0, 1, 1] + [0] * 7, np.uint8),
                     way_id=np.arange(10))
    (found,) = _steps(stairs)
    assert (found.facts["count"], found.facts["metres"]) == (2, "200")
    assert "detail = true" in found.text("en")
    (found,) = _steps(replace(stairs, ramped=np.arange(10) == 1))
    assert (found.facts["ramped"], found.facts["bare"]) == (1, 1)
    assert not list(_steps(plain))
