"""Page: one HTML file that opens without a network. The only module that imports folium.

Folium draws the frame (map, panes, layers, layer control); the frame is made once per list of
layers. Data never pass through Folium's templates, which would take ``{{`` in a name for code:
they stand in the page as JSON and are put on the layers by the page's own script.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from greenmap.draw.layers import to_json
from greenmap.draw.markup import Html, fill
from greenmap.errors import OutputError

_LEAFLET = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet"
_TOKEN = re.compile(r"<!--greenmap:(\w+)-->")
_SCRIPT = re.compile(r'<script src="([^"]+)"></script>')
_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)"\s*/>')
_EXTERNAL = re.compile(
    r"""(?:src|href)\s*=\s*["']?\s*(?:\w+:)?//[^"'>\s]+|url\(\s*["']?(?!data:|#)[^)]*\)|@import[^;]*""",
    re.IGNORECASE)
_CODE = re.compile(r"<(script)\b[^>]*>.*?</script>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Overlay:
    """One layer of the frame; its data come with the page.

    Parameters
    ----------
    key : str
        Under this key the page's script finds it.
    name : str
        Shown in the layer control; markup.
    group : str
        Heading in the layer control; empty: not listed.
    pane : str
        Name of a pane of :data:`PANES`, or Leaflet's ``overlayPane``.
    show : bool
        On when the page opens.
    interactive : bool
        Whether it answers to the pointer.
    vector : bool
        Drawn as SVG (hatches), not on a canvas.
    """

    key: str
    name: str = ""
    group: str = ""
    pane: str = "overlayPane"
    show: bool = True
    interactive: bool = True
    vector: bool = False


PANES = {"streets": 250, "isochrones": 300, "outline": 350, "over": 450}
"""Panes under and over the overlays (400), with their heights."""


@dataclass(frozen=True, slots=True)
class Page:
    """A finished page.

    Parameters
    ----------
    html : str
        The whole file.
    """

    html: str

    def save(self, path: str | Path) -> Path:
        """Write the page beside its place, then put it there.

        Parameters
        ----------
        path : str or Path
            File to write; its folder is made if needed.

        Returns
        -------
        Path

        Raises
        ------
        OutputError
            The file can't be written.
        """
        target = Path(path)
        beside = target.with_name(f".{secrets.token_hex(6)}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(self.html, encoding="utf-8", newline="\n")
            beside.replace(target)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise OutputError("draw.not_writable", file=target.name,
                              detail=error.strerror or str(error)) from error
        return target

    def _repr_html_(self) -> str:
        return (f'<iframe srcdoc="{escape(self.html, quote=True)}" '
                'style="width:100%;height:640px;border:1px solid #999"></iframe>')


@cache
def _bundle() -> dict[str, str]:
    """Address → text of every file Folium may ask for.

    The package `folium-offline` carries a second copy of Folium; its table is read, not run.
    """
    spec = importlib.util.find_spec("offlinefolium")
    places = spec.submodule_search_locations if spec is not None else None
    if not places:
        raise OutputError("draw.assets_missing")
    tree = ast.parse((Path(places[0]) / "elements.py").read_text("utf-8"))
    table: dict[str, str] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        target = node.targets[0]
        if isinstance(node.value, ast.Dict):
            table.update(ast.literal_eval(node.value))
        elif isinstance(target, ast.Subscript):
            table[ast.literal_eval(target.slice)] = ast.literal_eval(node.value)
    return table


def inline(html: str) -> str:
    """Put every script and style sheet a page asks for into the page.

    Parameters
    ----------
    html : str
        As Folium renders it.

    Returns
    -------
    str

    Raises
    ------
    OutputError
        A file is asked for that isn't in the bundle.
    """
    def script(match: re.Match[str]) -> str:
        code = re.sub(r"//# sourceMappingURL=.*", "", _asset(match[1]))
        return "<script>" + code.replace("</script", "<\\/script") + "</script>"

    def style(match: re.Match[str]) -> str:
        return "<style>" + _asset(match[1]).replace("</style", "<\\/style") + "</style>"

    return _STYLE.sub(style, _SCRIPT.sub(script, html))


def _asset(address: str) -> str:
    if address not in _bundle():
        raise OutputError("draw.not_self_contained", found=address)
    # VML is for Internet Explorer 8: nothing is fetched, but it reads as an address.
    return _bundle()[address].replace("behavior: url(#default#VML);", "")


def external(html: str) -> list[str]:
    """Return what a page would fetch from elsewhere, scripts' own text aside.

    Examples
    --------
    >>> external('<img src="https://a.b/c.png"><a href="communities/x.html">')
    ['src="https://a.b/c.png']
    """
    tags = _CODE.sub(lambda code: code[0][:code[0].index(">") + 1], html)
    return [found.strip() for found in _EXTERNAL.findall(tags)]


@cache
def _asset_text(name: str) -> str:
    return (resources.files("greenmap") / "draw" / "web" / name).read_text("utf-8")


def _frame_html(kind: str) -> str:
    """The page around the map; every comment is a place to fill."""
    return f"""<!DOCTYPE html>
<html lang="<!--greenmap:lang-->">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><!--greenmap:title--></title>
{{{{ this.header.render(**kwargs) }}}}
<style><!--greenmap:css--></style>
</head>
<body class="{kind}">
<!--greenmap:head-->
<main>{{{{ this.html.render(**kwargs) }}}}</main>
<!--greenmap:side-->
<script type="application/json" id="greenmap-data"><!--greenmap:data--></script>
<script><!--greenmap:code--></script>
<script>{{{{ this.script.render(**kwargs) }}}}
<!--greenmap:start--></script>
</body>
</html>
"""


def _empty_layer(overlay: Overlay, number: int) -> Any:
    import folium
    from folium.utilities import JsCode

    key = json.dumps(overlay.key)
    options: dict[str, Any] = {
        "style": JsCode(f"f => gm.style({key}, f)"), "pane": overlay.pane,
        "point_to_layer": JsCode(f"(f, at) => gm.point({key}, f, at)"),
        "interactive": overlay.interactive, "bubbling_mouse_events": False}
    if overlay.vector:
        options["renderer"] = JsCode("gm.svg")
    layer = folium.GeoJson({"type": "FeatureCollection", "features": []}, name=overlay.name,
                           show=overlay.show, control=bool(overlay.group), smooth_factor=0.5,
                           **options)
    layer._id = f"{number:032x}"
    return layer


def _numbered(element: Any, number: int) -> Any:
    element._id = f"{number:032x}"
    return element


@lru_cache(maxsize=16)
def _frame(kind: str, overlays: tuple[Overlay, ...]) -> tuple[tuple[str, ...], str]:
    """Render Folium's part once: the pieces between the places, and the starting script."""
    import folium
    from folium.plugins import GroupedLayerControl
    from folium.template import Template

    sheet = folium.Figure()
    sheet._template = Template(_frame_html(kind))
    view = _numbered(folium.Map(location=[0, 0], zoom_start=2, tiles=None, prefer_canvas=True,
                                max_zoom=20, zoom_snap=0.25, font_size="14px"), 0)
    view.default_js = [("leaflet", f"{_LEAFLET}.js")]
    view.default_css = [("leaflet_css", f"{_LEAFLET}.css")]
    sheet.add_child(view)
    for name, height in PANES.items():
        view.add_child(folium.map.CustomPane(name, z_index=height))
    layers = {o.key: _empty_layer(o, n) for n, o in enumerate(overlays, start=1)}
    groups: dict[str, list[Any]] = {}
    for overlay in overlays:
        view.add_child(layers[overlay.key])
        if overlay.group:
            groups.setdefault(overlay.group, []).append(layers[overlay.key])
    control = GroupedLayerControl(groups, exclusive_groups=False, collapsed=True)
    control.layers_untoggle = sorted(control.layers_untoggle)  # a set has no order to rely on
    view.add_child(control)
    for number, element in enumerate(view._children.values(), start=len(overlays) + 1):
        if element not in layers.values():
            _numbered(element, number)
    html = inline(sheet.render()).replace(
        '<meta name="viewport" content="width=device-width,\n                initial-scale=1.0, '
        'maximum-scale=1.0, user-scalable=no" />', "")
    names = ", ".join(f"{json.dumps(key)}: {layer.get_name()}" for key, layer in layers.items())
    return tuple(_TOKEN.split(html)), f"gm.start({view.get_name()}, {{{names}}});"


def make_page(kind: str, *, lang: str, title: str, head: Html, side: Html,
              overlays: tuple[Overlay, ...], data: Mapping[str, Any]) -> Page:
    """Put a page together.

    Parameters
    ----------
    kind : {"city", "community"}
        Which script runs it.
    lang : {"zh", "en"}
        Language of the page.
    title : str
        Of the window.
    head, side : Html
        What stands above and beside the map.
    overlays : tuple of Overlay
        Layers, lowest first.
    data : mapping
        Plain values for the script.

    Returns
    -------
    Page

    Raises
    ------
    OutputError
        Something in the page would be fetched from elsewhere.
    """
    pieces, start = _frame(kind, overlays)
    text = to_json(dict(data))
    places = {"lang": {"zh": "zh-CN"}.get(lang, lang), "title": fill("{}", title), "head": head,
              "side": side, "data": text.replace("<", "\\u003c"), "start": start,
              "css": _asset_text("page.css"),
              "code": _asset_text("common.js") + _asset_text(f"{kind}.js")}
    html = "".join(places[piece] if n % 2 else piece for n, piece in enumerate(pieces))
    # What the data hold stands in a script, where nothing is fetched.
    found = external("".join(("" if piece == "data" else places[piece]) if n % 2 else piece
                             for n, piece in enumerate(pieces)))
    if found:
        raise OutputError("draw.not_self_contained", found=", ".join(found[:5]))
    return Page(html)
