"""Ledgers of the sample: every open facility once, an address that stands in the door layer."""

import pytest

from greenmap.sample import ledgers
from greenmap.sample.city import make_city
from greenmap.sample.communities import community_of


@pytest.fixture(scope="module")
def city():
    return make_city(0)


def test_every_open_place_stands_once_and_the_total_is_right(city):
    for rows, kinds, sums in (
        (ledgers.civil_affairs(city), ("elderly_service_station", "elderly_day_care"), (6, 7)),
        (ledgers.education(city), ("kindergarten",), (4, 5, 6, 7)),
    ):
        body, total = rows[2:-1], rows[-1]
        wanted = [f.name for f in city.facilities if f.category in kinds and f.status == "open"]
        assert [row[1] for row in body] == wanted
        for column in sums:
            assert total[column] == sum(row[column] for row in body)


def test_no_ledger_has_coordinates_and_every_address_is_a_door(city):
    plates = [row[0] for row in ledgers.doors(city)[1:]]
    assert len(set(plates)) == len(plates)
    known = {plate.removeprefix("虚构区") for plate in plates}
    for rows, column in ((ledgers.civil_affairs(city), 5), (ledgers.education(city), 3)):
        assert not any("经度" in str(cell) or "lon" in str(cell) for cell in rows[1])
        assert {row[column].removeprefix("虚构区") for row in rows[2:-1]} <= known


def test_a_door_lies_near_the_place_it_is_the_address_of(city):
    # doors are 24 m apart
    door = {d.address: d.at for d in ledgers.all_doors(city)}
    for f, address in ledgers._open(city, {"kindergarten": ""}):
        x, y = door[address.removeprefix("虚构区")]
        away = ((x - f.at[0]) ** 2 + (y - f.at[1]) ** 2) ** 0.5
        assert away < (30), f.name
        assert community_of(f.at).short in f.name
