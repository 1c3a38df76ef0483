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
# # 用自己的资料 · Your own data
#
# 规划单位手里常有的是：道路中心线、社区界线、小区和楼栋、分社区的人口表、没有坐标的台账；
# 没有 OSM，也没有居住点。
# 这里用同一个虚构城区，按这个样子写成一个文件夹。换成您自己的文件夹，步骤一样。
#
# What an office holds: road centrelines, boundaries, compounds and buildings, people by community,
# ledgers without coordinates; no OSM, no homes. Here the fictional district is written as such a
# folder; with a folder of your own the steps are the same.

# %%
from pathlib import Path

import greenmap as gm

folder = gm.write_sample(Path("data/out/notebook/办公 资料"), form="office")
sorted(str(file.relative_to(folder)) for file in folder.rglob("*.*") if file.suffix != ".cpg")

# %% [markdown]
# ## 开始 · Begin
# `init` 认出每个文件的用途，副本、旧版、临时文件放在一边；不能替您决定的才问（不超过五个），
# 并说明缺少的资料会怎样。
#
# `init` finds what each file is for and sets copies and older versions aside; it asks only what it
# can't decide, and says what each missing thing costs.

# %%
begun = gm.begin_study(folder, lang="zh")
print(begun.text("zh"))

# %% [markdown]
# ## 回答 · Answer
# 在 `项目设置.xlsx` 里填，或直接改 `study.toml`，脚本里也可以这样回答。
# 「全部收全」是对资料的声明：没有收全的类别，找不到时应记为待核实。
#
# Fill in 项目设置.xlsx, edit study.toml, or answer from a script.
# "Complete" is a claim about the data.

# %%
gm.init_study(folder, lang="zh", answers={
    "standard": "fifteen-minute-generic",
    "share": "90%",  # 本研究自定 · the study's own choice
    "datum": "天地图",
    "collected": "全部",
})
print(gm.check_study(folder / "study.toml", lang="zh"))

# %% [markdown]
# ## 人口 · People
# 人口表按社区给总数，分到楼栋和小区，一人不差；每个居住点都标明实测还是推算、按什么规则。
#
# The table's totals are shared out over buildings and compounds, to the person; every home says
# whether it was measured or estimated, and by which rule.

# %%
study = gm.read_study(folder / "study.toml")
people = study.homes.groupby("community_id")["people"].sum()
assert people.sum() == 58_774  # 人口表的合计 · the total of the table
study.homes[["people", "elderly_60", "people_measure", "people_rule", "compound_id"]].head()

# %% [markdown]
# ## 评价 · Assess

# %%
result = gm.assess(study)
result.gaps[["community_name", "clause_id", "share", "people_missing", "cause"]].head(12)

# %%
gm.draw_coverage(result, lang="zh").save(Path("data/out/notebook/office_coverage.html"))
gm.write_results(result, Path("data/out/notebook/office_results"))

# %% [markdown]
# ## 连界线也没有 · No boundaries either
# 按楼栋的「所属社区」归并；图上只画示意范围（非行政界线），不用于统计。
#
# Communities are those the buildings name; maps draw indicative hulls, by which nothing is counted.

# %%
bare = gm.write_sample(Path("data/out/notebook/没有界线"), form="office", boundaries=False)
gm.init_study(bare, lang="zh", answers={"standard": "fifteen-minute-generic", "share": "90%",
                                        "datum": "wgs84", "collected": "全部"})
gathered = gm.read_study(bare / "study.toml")
assert gathered.homes["people"].sum() == people.sum()
gathered.communities[["name", "outline"]].head()

# %% [markdown]
# ## 一步一步来 · Step by step
# 不用 study.toml 也可以：读人口表，再分到楼栋。Without a study file: read the table, share it out.

# %%
places = gm.read_communities(folder / "社区界线" / "社区界线.shp")
table = gm.read_people(
    next((folder / "人口").glob("2022*.xlsx")), communities=places,
    aliases={"虚构石井社区": "虚构古井社区"},  # 更名 · renamed
)
homes = gm.spread_people(
    table, communities=places, homes=gm.read_homes(folder / "道路 与 小区" / "楼栋.shp"),
)
assert homes["people"].sum() == people.sum()
table[["name", "people", "elderly_60"]].head()
