"""Pages as a planner opens them: in Chromium, from a folder, with the network cut."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import worlds_assessment as world

from greenmap.draw import palette
from greenmap.draw.city_map import draw_coverage
from greenmap.draw.community_map import draw_community

pytestmark = pytest.mark.browser

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome")
                 if (found := shutil.which(name))), None)
PAGES = {unit: f"communities/{unit}_社区#1%.html" for unit in world.IDS}
SIZES = {"wide": (1366, 768), "narrow": (390, 844)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        missing = "Chromium isn't installed (Debian: apt-get install chromium fonts-noto-cjk)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sets of pages, ``plain`` and ``hostile``, each with its city map."""
    root = tmp_path_factory.mktemp("图 件")
    for name, result in (("plain", world.assessment()), ("hostile", world.hostile())):
        draw_coverage(result, links=PAGES).save(root / name / "index.html")
        for unit, path in PAGES.items():
            draw_community(result, unit).save(root / name / path)
    return root


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Visit]]:
    """Open a page offline; its window is closed at the end."""
    opened: list[Any] = []

    def go(file: Path, size: str = "wide") -> Visit:
        width, height = SIZES[size]
        opened.append(browser.new_context(offline=True,
                                          viewport={"width": width, "height": height}))
        return Visit(opened[-1], file)

    yield go
    for context in opened:
        context.close()


class Visit:
    """A page, with everything that went wrong on it."""

    def __init__(self, context: Any, file: Path) -> None:
        self.troubles: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(5000)
        self.page.on("console", lambda said: self.troubles.append(f"{said.type}: {said.text}"))
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)
        self.page.goto(file.as_uri())
        self.page.wait_for_selector(".gm-legend li", state="attached")

    def _dialog(self, dialog: Any) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:")):
            self.troubles.append(f"request: {request.url}")

    def painted(self, colour: str) -> int:
        """Dots of the map in about this colour."""
        from PIL import Image

        shot = Image.open(BytesIO(self.page.locator(".folium-map").screenshot())).convert("RGB")
        wanted = np.array([int(colour[n:n + 2], 16) for n in (1, 3, 5)])
        return int((np.abs(np.asarray(shot).astype(int) - wanted).max(axis=2) <= 5).sum())


def mixed(colour: str, opacity: float, ground: str = "#fbfaf7") -> str:
    """A colour laid over the map's ground."""
    parts = [round(int(colour[n:n + 2], 16) * opacity + int(ground[n:n + 2], 16) * (1 - opacity))
             for n in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)


@pytest.mark.parametrize(("which", "size"), [("plain", "wide"), ("hostile", "narrow")])
def test_city_map_opens_offline_with_its_communities_painted(visit, folder, which, size):
    seen = visit(folder / which / "index.html", size)
    # 01 and 02 meet one of two judged clauses (class 1), 03 none (class 0).
    for paint, share_of_map in ((1, 0.04), (0, 0.02)):
        dots = seen.painted(mixed(palette.SHARE_COLOURS[paint], palette.AREA_OPACITY))
        assert dots > share_of_map * 330 * 440, (paint, dots)
    assert seen.troubles == []


def test_a_community_not_known_is_hatched(visit, tmp_path):
    page = draw_coverage(world.assessment(collected=()), lang="zh")
    seen = visit(page.save(tmp_path / "index.html"))
    # 02 and 03 have no judged clause met or only unknown ones: grey stripes, not a class's colour.
    assert seen.painted(mixed(palette.UNKNOWN_COLOUR, palette.AREA_OPACITY)) > 1000
    assert seen.troubles == []


def test_a_click_tells_numbers_and_leads_to_the_community_and_back(visit, folder):
    seen = visit(folder / "plain" / "index.html")
    seen.page.locator("path.leaflet-interactive").nth(2).click()
    popup = seen.page.locator(".leaflet-popup-content")
    popup.wait_for()
    told = popup.inner_text()
    for fact in ("丙社区", "400", "不达标", "2", "便利店步行5分钟", "缺 400 人"):
        assert fact in told
    popup.locator("a").click()
    seen.page.wait_for_selector("body.community")
    assert seen.page.locator("h1").inner_text().startswith("丙社区")
    seen.page.locator("header a").click()
    seen.page.wait_for_selector("body.city")
    assert seen.troubles == []


def test_hostile_names_are_shown_as_text(visit, folder):
    seen = visit(folder / "hostile" / "index.html")
    assert seen.page.locator(".gm-name").first.inner_text() == world.TAG
    seen.page.locator("path.leaflet-interactive").nth(1).click()
    assert seen.page.locator(".leaflet-popup-content h3").inner_text() == world.CLOSING
    assert seen.page.locator("img").count() == 0
    assert seen.troubles == []


@pytest.mark.parametrize(("unit", "size"),
                         [(world.IDS[0], "wide"), (world.IDS[1], "wide"), (world.IDS[2], "narrow")])
def test_community_map_opens_offline_with_its_homes_painted(visit, folder, unit, size):
    seen = visit(folder / "plain" / PAGES[unit], size)
    shown = {colour: seen.painted(colour) for colour in palette.WALK_COLOURS}
    assert sum(dots > 20 for dots in shown.values()) >= 1, shown
    assert seen.painted("#111111") > 200  # the boundary
    assert seen.troubles == []


def test_choosing_a_clause_repaints_homes_and_says_so(visit, folder):
    seen = visit(folder / "plain" / PAGES[world.IDS[2]])
    # 03 opens with its first gap, the shop: 8.3 min and more, over 1.5 times the limit of 5.
    assert seen.page.locator(".gm-legend").inner_text().count("便利店") == 2
    assert seen.painted(palette.WALK_COLOURS[4]) > 20
    seen.page.locator("select").select_option(label="幼儿园步行300米")
    # The home at 850 is 260 m away: class 1.
    assert seen.painted(palette.WALK_COLOURS[1]) > 20
    assert "幼儿园" in seen.page.locator(".gm-legend").inner_text()
    seen.page.locator("select").select_option(label="5000平方米以上公园500米")
    assert seen.painted(palette.UNKNOWN_COLOUR) > 60
    assert seen.troubles == []


def test_layers_can_be_switched_off(visit, folder):
    seen = visit(folder / "plain" / PAGES[world.IDS[2]])
    band = mixed(palette.band_colours(3)[2], palette.RANGE_OPACITY)
    before = seen.painted(band)
    seen.page.locator(".leaflet-control-layers-toggle").press("Enter")
    seen.page.get_by_text("步行可达范围", exact=True).click()
    seen.page.mouse.move(300, 300)
    seen.page.wait_for_timeout(200)
    assert seen.painted(band) < before / 10
    assert seen.troubles == []


def test_a_home_tells_its_walk_but_no_small_number_of_people(visit, folder):
    seen = visit(folder / "plain" / PAGES[world.IDS[0]])
    spot = seen.page.evaluate("""() => {
      const {homes} = gm.data, n = homes.ids.indexOf("h01");
      const at = gm.map.latLngToContainerPoint([homes.lat[n], homes.lon[n]]);
      const box = gm.map.getContainer().getBoundingClientRect();
      return [box.left + at.x, box.top + at.y];
    }""")
    seen.page.mouse.move(*spot)
    told = seen.page.locator(".leaflet-tooltip").inner_text()
    # From x = 150 it is 450 m along the street to the kindergarten, and 10 m to the street.
    assert "h01" in told
    assert "460 米" in told
    assert "<10" in told
    assert "7" not in told.replace("幼儿园步行300米", "")


@pytest.mark.parametrize("size", SIZES)
def test_nothing_runs_out_of_the_screen(visit, folder, size):
    for file in ("index.html", PAGES[world.IDS[0]]):
        seen = visit(folder / "plain" / file, size)
        wide = seen.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], file
        boxes = [box.bounding_box() for box in seen.page.locator(
            ".leaflet-control-zoom, .leaflet-control-layers, .gm-north, .gm-legend").all()]
        for n, one in enumerate(boxes):
            for other in boxes[n + 1:]:
                apart = (one["x"] + one["width"] <= other["x"] + 1
                         or other["x"] + other["width"] <= one["x"] + 1
                         or one["y"] + one["height"] <= other["y"] + 1
                         or other["y"] + other["height"] <= one["y"] + 1)
                assert apart, (file, one, other)
