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
# # 第一张图 · A first map
#
# 用内置的虚构城区，从原始文件到覆盖地图与短板清单，不需要联网。
#
# The embedded fictional district, from raw files to coverage map and gap list, without a network.

# %%
from pathlib import Path

import greenmap as gm

folder = gm.write_sample(Path("data/out/notebook/sample"))
study = gm.read_study(folder / "study.toml")  # checks every table
result = gm.assess(study)  # walks, coverage, gaps, what isn't known
result

# %% [markdown]
# ## 短板清单 · The gap list
# 按缺少服务的居民人数排序。Ranked by the residents it would help.

# %%
result.gaps[["community_name", "clause_id", "share", "people_missing", "cause"]].head(10)

# %% [markdown]
# ## 覆盖率 · Coverage
# 每个社区、每条指标：达标、不达标、待核实。

# %%
communities = result.coverage[result.coverage["level"] == "community"]
communities["state"].unstack("clause_id")

# %% [markdown]
# ## 待核实 · What isn't known
# 数据不足的，不算不达标，列出来去现场核实。

# %%
result.checks.head(10)

# %% [markdown]
# ## 地图 · The map

# %%
page = gm.draw_coverage(result, lang="zh")
page.save(Path("data/out/notebook/coverage.html"))
page

# %% [markdown]
# ## 交付 · Hand in
# 工作簿、表格、地图和图层一次写全。The workbook, tables, pages and layers, all at once.

# %%
gm.write_results(result, Path("data/out/notebook/results"))

# %% [markdown]
# ## 一步一步来 · Step by step

# %%
standard = gm.load_standard("fifteen-minute-generic")
places = gm.read_communities(folder / "communities.gpkg")
homes = gm.read_homes(folder / "homes.gpkg", communities=places)
amenities = gm.read_amenities(folder / "amenities_wgs84.csv", collected=("all",))
# 只有道路：gm.read_network(folder / "streets.osm")；这里沿用 study.toml 加上的围墙、大门和坡度。
# Streets alone would be gm.read_network(...); here with the walls, gates and slopes of study.toml.
network = result.study.network
study = gm.Study(places, homes, amenities, network, standard, share=0.9)
sets = gm.match_clauses(study.amenities, standard.clauses)
reaches = {
    name: gm.reach(network, study.homes, study.amenities, profile=name, sets=sets)
    for name in standard.profiles
}
coverage = gm.cover(reaches, study)
gaps = gm.find_gaps(coverage, study)
assert set(gaps.index) == set(result.gaps.index)
gaps.head()
