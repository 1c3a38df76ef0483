# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 标准、摸底调查、评分与创建目标 · Standards, field survey, scores and targets
#
# 标准是数据：每个数值都写明文号、条款和可信度。数据回答不了的，去现场核实；核实结果读回来，
# 评分表据此打分，创建目标据此跟踪。全程用内置的虚构城区，不需要联网。
#
# Standards are data: every figure carries its document, clause and confidence. What the data
# can't answer is checked in the field and read back; score sheets and targets rest on it.

# %%
from pathlib import Path

import openpyxl
import pandas as pd

import greenmap as gm
from greenmap.errors import InputError
from greenmap.model.standard import standard_ids

out = Path("data/out/notebook/targets")
folder = gm.write_sample(out / "sample")
standards = [gm.load_standard(name) for name in standard_ids()]
pd.DataFrame([(s.id, s.zh, s.number, len(s.clauses)) for s in standards],
             columns=["id", "zh", "number", "clauses"])

# %% [markdown]
# ## 绿色社区 16 项 · The 16 items of green communities
# 多数要现场核实；数值未核实原文的，标为“标准数值未核实”，不作判定。
#
# Most have to be asked on the spot; a figure not confirmed from the printed text is never judged.

# %%
green = folder / "green.toml"
text = (folder / "study.toml").read_text("utf-8")
green.write_text(text.replace('"fifteen-minute-generic"', '"green-community-2020"'), "utf-8")
before = gm.assess(gm.read_study(green), with_isochrones=False)


def states(result):
    """Community × clause, with the reason where it isn't known."""
    table = result.coverage[result.coverage["level"] == "community"]
    return table["state"].where(table["reason"] == "", table["state"] + ": " + table["reason"])


states(before).value_counts()

# %% [markdown]
# ## 摸底调查 · Field survey
# 写出填报工作簿：已知的预先填好，要核实的是黄色单元格，有下拉列表和检查。
# 命令行：`greenmap survey make study.toml --out 调查.xlsx`
#
# The workbook holds what is known; yellow cells ask, with lists and checks.

# %%
(folder / "调查.xlsx").unlink(missing_ok=True)  # a filled workbook is never written over
book_file = gm.write_survey(before, folder / "调查.xlsx", lang="zh")


def fill(path, answers):
    """Fill the items sheet as a surveyor would; columns are found by their hidden keys."""
    book = openpyxl.load_workbook(path)
    cover, items = book["填表说明"], book["调查项目"]
    for row in cover.iter_rows():
        if row[2].value == "date":
            row[1].value = "2026-11-20"
        if row[2].value == "role":
            row[1].value = "社区工作人员"
    keys = next(row for row in items.iter_rows() if row[0].value == "unit_id")
    at = {cell.value: n for n, cell in enumerate(keys) if cell.value}
    for row in items.iter_rows(min_row=keys[0].row + 2):
        key = (row[at["unit_id"]].value, row[at["item_id"]].value)
        if key in answers:
            row[at["answer"]].value = answers[key]
    book.save(path)


first, second = before.study.communities.index[:2]
fill(book_file, {(first, "item1"): "是", (first, "item2"): "是", (second, "item1"): "否",
                 (second, "item2"): "不清楚"})
survey = gm.read_survey(book_file, before.study)
survey.log

# %% [markdown]
# 在 study.toml 中写一行 `[survey] path = "调查.xlsx"`，下一次体检就用上核实结果：
# 只有核实过的项改变。
#
# One line in study.toml, and the next assessment uses it: only what was checked moves.

# %%
green.write_text(green.read_text("utf-8") + '\n[survey]\npath = "调查.xlsx"\n', "utf-8")
after = gm.assess(gm.read_study(green), with_isochrones=False)
changed = states(before).compare(states(after), result_names=("before", "after"))
assert set(changed.index) == {(first, "item1"), (first, "item2"), (second, "item1")}
changed

# %% [markdown]
# 填错的单元格按工作表和地址列出，改好之前什么都不会读进来。
#
# Wrong cells are named by sheet and address; until they are right nothing is taken.

# %%
fill(book_file, {(first, "item3"): "差不多"})
try:
    gm.read_survey(book_file, before.study)
except InputError as error:
    print(error.text("zh"))

# %% [markdown]
# ## 评分与星级 · Scores and stars
# “三类五星”是示例评分表。待核实的项不计零分：给出最低—最高分，并指出升星先核实什么、要补齐什么。
#
# An example sheet. What isn't known isn't zero: a range, and what the next star would take.

# %%
result = gm.assess(gm.read_study(folder / "study.toml"), with_isochrones=False)
score = gm.score(result, "three-classes-five-stars")
gm.write_score(score, result, out / "score.xlsx", lang="zh")
score.table[["name", "points_low", "points_high", "stars_low", "stars_high", "next_star",
             "points_short", "next_check", "next_do"]]

# %% [markdown]
# ## 创建目标 · Targets
# 鹤岗：66 个社区已创建 41 个，62.1%，目标需 ⌈0.6 × 66⌉ = 40 个，完成。

# %%
hegang = gm.track(None, "hegang")
row = hegang.table.iloc[0]
assert (row["done"], row["total"], row["needed"], row["state"]) == (41, 66, 40, "met")
hegang.table[["target_id", "by", "done", "total", "rate", "needed", "more", "state"]]

# %% [markdown]
# 衢州：同一文本的总体目标写 60%，实施步骤写 70%。两个都列出，由研究选定。
#
# Quzhou: one text says 60 % in its aims and 70 % in its steps. Both are shown; the study chooses.

# %%
quzhou = gm.load_programme("quzhou")
for target in quzhou.targets:
    print(target.by, target.value, target.sentence_zh, "——", target.source_zh)

# %% [markdown]
# 邯郸：172 个，没有社区总数，比例待核实。 Handan: 172, of how many isn't told: not known.

# %%
gm.track(None, "handan").table[["target_id", "done", "total", "rate", "state", "reason"]]

# %% [markdown]
# ## 下一步创建哪些社区 · Who is next
# 有了社区名单（这里是示例城区，状态为虚构），就能排序：短板与待核实少的在前，人口多的在前。
#
# With a list of communities (made up here) the rest are ranked: fewest gaps, most residents.

# %%
communities = result.study.communities
status = pd.DataFrame({"community_id": communities.index, "name": communities["name"].to_numpy(),
                       "status": ["done"] * 5 + ["under_way"] * 2 + ["not_done"] * 4,
                       "date": ["2021-12-31"] * 3 + ["2022-12-31"] * 2 + [""] * 6})
status = status.reindex(columns=["community_id", "name", "city", "district", "subdistrict",
                                 "people", "gaps", "status", "date"])
track = gm.track(status, "quzhou", choose=["quzhou-2022-steps"], assessment=result)
gm.write_track(track, out / "track", lang="zh", fictional=True)
track.table[["target_id", "done", "total", "needed", "more", "state", "choice"]]

# %%
track.left[["rank", "name", "gaps", "not_known", "people", "enough_for"]]
