"""A page is one file: nothing fetched, equal each time, saved whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from greenmap.draw import page
from greenmap.draw.markup import Html, fill, link
from greenmap.errors import OutputError

OVERLAYS = (page.Overlay("a", "甲", "组", show=False), page.Overlay("b", "乙", "组", show=False),
            page.Overlay("streets", pane="streets", interactive=False))


def made(head: str = "", **data: object) -> page.Page:
    return page.make_page("city", lang="zh", title="图", head=Html(head), side=Html(),
                          overlays=OVERLAYS, data=data)


@pytest.mark.parametrize("reference", [
    '<img src="https://tile.openstreetmap.org/1/1/1.png">', "<img src='//a.b/c.png'>",
    '<link rel="stylesheet" href="http://a.b/c.css">', '<script src="https://a.b/c.js"></script>',
    "<style>p { background: url(images/layers.png) }</style>", '<style>@import "a.css"</style>',
    '<iframe SRC=https://a.b>'])
def test_a_page_that_would_fetch_something_is_refused(reference):
    with pytest.raises(OutputError) as caught:
        made(reference)
    assert caught.value.key == "draw.not_self_contained"


def test_links_to_other_pages_and_pictures_in_the_page_are_no_fetch():
    made('<a href="communities/x.html">x</a><img src="data:image/png;base64,AA==">')


def test_an_asset_that_is_not_in_the_bundle_is_named():
    with pytest.raises(OutputError, match=r"a\.b/none\.js"):
        page.inline('<script src="https://a.b/none.js"></script>')


def test_two_pages_made_anew_are_equal():
    one = made().html
    page._frame.cache_clear()
    assert made().html == one


def test_pages_are_equal_whatever_the_hash_seed():
    code = ("import sys, hashlib; sys.path.insert(0, 'tests'); import test_draw_page as t; "
            "print(hashlib.sha256(t.made().html.encode()).hexdigest())")
    found = {subprocess.run([sys.executable, "-c", code], check=True, capture_output=True,
                            text=True, env={**os.environ, "PYTHONHASHSEED": seed}).stdout
             for seed in ("1", "2")}
    assert len(found) == 1


def test_text_like_an_element_id_is_left_alone():
    digest = "0123456789abcdef" * 2
    assert digest in made(community=digest).html


def test_data_come_back_as_they_were():
    data = {"name": "</script><!-- {{ 1 }} {% x %} & ' \u2028 <b>", "n": [1.5, None, "<!--"]}
    text = made(**data).html.split('id="greenmap-data">')[1].split("</script>")[0]
    assert json.loads(text) == data


def test_not_a_number_can_not_slip_into_a_page():
    with pytest.raises(ValueError, match="JSON"):
        made(value=float("nan"))


def test_the_head_says_language_title_and_viewport():
    html = made().html
    assert '<html lang="zh-CN">' in html
    assert "<title>图</title>" in html
    assert html.count("viewport") == 1
    assert "user-scalable=no" not in html


def test_saving_replaces_the_file_and_leaves_nothing_beside(tmp_path):
    target = tmp_path / "甲 乙" / "图.html"
    page.Page("old").save(target)
    assert page.Page("<p>新</p>").save(target) == target
    assert target.read_bytes() == "<p>新</p>".encode()
    assert [p.name for p in target.parent.iterdir()] == ["图.html"]


def test_a_place_that_can_not_be_written_is_told_and_left_clean(tmp_path):
    (tmp_path / "图.html").mkdir()
    with pytest.raises(OutputError) as caught:
        page.Page("x").save(tmp_path / "图.html")
    assert "图.html" in caught.value.text("zh")
    assert "图.html" in caught.value.text("en")
    assert [p.name for p in tmp_path.iterdir()] == ["图.html"]


def test_a_notebook_shows_the_page_in_a_frame_of_its_own():
    shown = page.Page('<p title="x">&</p>')._repr_html_()
    assert 'srcdoc="&lt;p title=&quot;x&quot;&gt;&amp;&lt;/p&gt;"' in shown


def test_markup_escapes_all_but_markup():
    assert fill("<b title='{}'>{}</b>", "\"'<", Html("<i>")) == (
        "<b title='&quot;&#x27;&lt;'><i></b>")


def test_a_path_can_not_become_a_script():
    assert link("javascript:alert(1)", "x") == '<a href="javascript%3Aalert%281%29">x</a>'
    assert link("社区/a#1%.html", "x").startswith('<a href="%E7%A4%BE%E5%8C%BA/a%231%25.html"')
