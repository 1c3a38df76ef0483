import numpy as np
import pandas as pd
import pytest
import shapely
from measure_world import clause, communities, homes_at, line_study, places_at

from greenmap import settings
from greenmap.measure.assess import assess
from greenmap.measure.isochrones import isochrones
from greenmap.measure.match_clauses import match_clauses
from greenmap.model.manifest import table_digest


def study(shuffle=None):
    generator = np.random.default_rng(7)
    homes = homes_at(generator.integers(0, 11, 60), people=generator.random(60) * 9,
                     community=generator.choice(["A", "B"], 60))
    places = places_at(generator.integers(0, 11, 6), category=["pharmacy", "bank"] * 3)
    areas = communities(("A", "B"), subdistrict=["东街", "西街"])
    if shuffle is not None:
        mixed = np.random.default_rng(shuffle)
        homes, places, areas = (t.iloc[mixed.permutation(len(t))] for t in (homes, places, areas))
    two = clause(), clause(id="bank-2min", categories=("bank",), limit=2.0, unit="min",
                           profile="elderly")
    return line_study(homes, places, *two, areas=areas)


def test_it_is_nothing_but_reach_cover_and_find_gaps():
    result = assess(study())
    assert list(result.reaches) == ["metres", "elderly"]
    assert result.reaches["metres"].bands == (300.0,)  # what the clauses in metres ask
    assert result.reaches["elderly"].bands == (5.0, 10.0, 15.0)
    judged = result.coverage[result.coverage["level"] == "community"]
    assert len(judged) == 2 * 2
    not_met = judged.index[judged["state"] == "not_met"]
    assert sorted(result.gaps.index) == sorted(f"{u}:{c}" for u, c in not_met)
    assert set(result.units["level"]) == {"community", "subdistrict", "study"}


def test_every_home_and_place_has_its_row():
    result = assess(study(), with_isochrones=False)
    assert (result.snaps.loc["home"].index == result.study.homes.index).all()
    assert (result.snaps.loc["amenity"].index == result.study.amenities.index).all()
    assert len(result.answers.to_frame()) == 60 * 2
    assert len(result.isochrones) == 0


def test_isochrones_and_answers_agree():
    # a home on the street is inside its clause's band exactly when the table says so; homes
    # within a cell of the limit are left out, for the outline is drawn between grid points
    made = study()
    result = assess(made)
    sets = match_clauses(made.amenities, made.standard.clauses)
    area = isochrones(made.network, made.amenities, profile="elderly", bands_min=(2.0,),
                      sets={"bank": sets["bank"]}).geometry.iloc[0]
    value = result.answers.value[:, result.answers.clause_id.index("bank-2min")]
    clear = np.abs(value - 2.0) * 54 > 10
    inside = shapely.intersects_xy(area, made.homes.geometry.x, made.homes.geometry.y)
    assert clear.sum() > 20
    assert (inside[clear] == (value <= 2.0)[clear]).all()


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_rows_in_any_order_on_any_threads_give_the_same(threads):
    one = assess(study())
    with settings.use(threads=threads, lang="zh"):
        other = assess(study(shuffle=threads))
    assert one.manifest == other.manifest
    for name in ("coverage", "gaps", "checks", "isochrones"):
        assert table_digest(getattr(one, name)) == table_digest(getattr(other, name)), name
    pd.testing.assert_frame_equal(one.answers.to_frame().sort_index(),
                                  other.answers.to_frame().sort_index(), check_exact=True)


def test_a_study_is_not_changed_by_being_measured():
    made = study()
    before = [table_digest(t) for t in (made.communities, made.homes, made.amenities)]
    assess(made)
    assert before == [table_digest(t) for t in (made.communities, made.homes, made.amenities)]


def test_progress_is_told_and_changes_nothing():
    told = []
    with settings.use(progress=lambda *step: told.append(step), lang="en"):
        result = assess(study(), with_isochrones=False)
    assert [step[0] for step in told] == sorted(step[0] for step in told)
    assert told[-1][0] == told[-1][1]
    assert result.manifest == assess(study(), with_isochrones=False).manifest
