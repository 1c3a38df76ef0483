"""Profiles are data: every figure has its source, and a slip in one is told by name."""

import pytest

from greenmap.errors import ProfileError
from greenmap.model.profile import load_profile, profile_ids

OWN = 'id = "mine"\nzh = "我"\nen = "Mine"\n'


def written(tmp_path, text):
    file = tmp_path / "mine.toml"
    file.write_text(OWN + text, "utf-8")
    return load_profile(file)


def test_profiles_that_ship_say_what_their_figures_rest_on():
    for profile in map(load_profile, profile_ids()):
        assert profile.source and profile.basis_zh and profile.basis_en, profile.id
        assert bool(profile.stairs_source) == (profile.stairs_factor != 1), profile.id
        limited = profile.max_grade is not None or profile.slope_cap is not None
        assert bool(profile.slope_source) == limited, profile.id
        assert profile.confidence == "proposal"


def test_figures_of_the_profiles_that_ship():
    told = {p.id: (p.speed_m_per_min, p.steps, p.stairs_factor, p.max_grade, p.slope_cap)
            for p in map(load_profile, profile_ids())}  # fmt: skip
    assert told == {
        "adult": (72, "allowed", 1.5, None, None),
        "standard": (60, "allowed", 1.0, None, None),
        "elderly": (54, "allowed", 2.5, None, 1.0),
        "child": (60, "allowed", 1.0, None, None),
        "caregiver": (55, "blocked", 1.0, None, None),
        "wheelchair": (42, "blocked", 1.0, 0.0833, 1.0),
        "wheelchair_powered": (54, "blocked", 1.0, 0.0833, 1.0),
        "metres": (None, "allowed", 1.0, None, None),
    }


def test_nobody_is_quicker_than_the_adult():
    # what price() asks for: speed and cap no higher, stairs factor no lower
    adult = load_profile("adult")
    for walker in map(load_profile, ("elderly", "wheelchair", "wheelchair_powered")):
        assert walker.speed_m_per_min <= adult.speed_m_per_min
        assert walker.slope_cap == 1.0 and adult.slope_cap is None
        assert walker.steps == "blocked" or walker.stairs_factor >= adult.stairs_factor


def test_wheels_take_a_kerb_of_2_cm_and_need_90_cm():
    for wheels in map(load_profile, ("wheelchair", "wheelchair_powered")):
        assert (wheels.kerb_max_m, wheels.min_width_m) == (0.02, 0.9)
        assert wheels.way_source


def test_a_profile_of_ones_own(tmp_path):
    frail = written(tmp_path, "speed_m_per_min = 48\nstairs_factor = 3\nslope_cap = 1.0\n")
    assert (frail.id, frail.stairs_factor, frail.slope_cap, frail.max_grade) == ("mine", 3, 1, None)


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        ("speed_m_per_min = 0\n", "standard.profile_range", "speed_m_per_min"),
        ("speed_m_per_min = 72\nkerb_max_m = 2\n", "standard.profile_range", "kerb_max_m"),
        ("speed_m_per_min = -54\n", "standard.profile_range", "-54"),
        ("speed_m_per_min = 0.9\n", "standard.profile_range", "0.9"),  # metres a second
        ('speed_m_per_min = "72"\n', "standard.profile_range", "72"),
        ("speed_m_per_min = nan\n", "standard.profile_range", "nan"),
        ("speed_m_per_min = true\n", "standard.profile_range", "True"),
        ("stairs_factor = 0.5\n", "standard.profile_range", "stairs_factor"),
        ("max_grade = 8.33\n", "standard.profile_range", "max_grade"),  # per cent
        ("slope_cap = 0\n", "standard.profile_range", "slope_cap"),
        ('steps = "slow"\n', "standard.profile_steps", "slow"),
        ("kerb = 2\nspeed = 54\n", "standard.profile_unknown_fields", "kerb, speed"),
    ],
)
def test_a_slip_in_a_profile_is_told_by_name(tmp_path, text, key, told):
    with pytest.raises(ProfileError) as caught:
        written(tmp_path, text)
    assert caught.value.key == key
    for lang in ("zh", "en"):
        assert told in caught.value.text(lang) and "mine.toml" in caught.value.text(lang)
