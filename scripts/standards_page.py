"""Write ``docs/standards.md`` from the standards that ship: every figure, its source, how sure.

``python scripts/standards_page.py`` writes the page anew; a test compares it with the files.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from greenmap.model.clause import Clause
from greenmap.model.clause_text import asks
from greenmap.model.standard import Standard, Tier, load_standard, standard_ids

PAGE = Path(__file__).parents[1] / "docs" / "standards.md"
HEAD = """# Standards that ship 自带标准

Printed from `greenmap/standards/*.toml` by `scripts/standards_page.py`; don't edit.
由标准文件自动生成，请勿手改。

Requirements are in our own words; the issued document holds. Each figure says how sure it is:

| word | meaning | judged? |
|---|---|---|
| verified | met in the text, a mirror of it, or a source that gives it as that text's | yes |
| corroborated | met in a derived text, an older edition or a program that names it | yes |
| proposal | this toolkit's own | yes |
| memory | met in no text | no: *not known: figure not confirmed* |
| unsure | doubtful | no |

An unconfirmed figure is judged only if the study says `include = ["memory"]` (every table then
says so), or once somebody has read it in the printed text: `greenmap standards confirm CLAUSE
--value … --page … --who … --date …` (用户已核). A local edition is a file of your own whose
`[standard]` says `extends = "gb50180-2018"`; `greenmap standards diff FILE` prints what it
changes. No text sets the share of residents that must be covered: that is the study's choice.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(_standard(load_standard(key)) for key in standard_ids())])


def _standard(standard: Standard) -> str:
    head = [f"## {standard.zh} / {standard.en}", "",
            f"`{standard.id}` · {standard.number or '–'} · {standard.year} · "
            f"{standard.issuer_zh} / {standard.issuer_en} · {len(standard.clauses)} clauses · "
            f"levels nest: {'yes' if standard.levels_nest else 'no'}", ""]
    notes = [f"- {zh} / {en}" for zh, en in zip(standard.notes_zh, standard.notes_en, strict=True)]
    parts = [*head, *notes, *([""] if notes else [])]
    if standard.tiers:
        parts += _table(("level", "中文", "English", "walk", "persons", "source", "confidence"),
                        [_tier(t) for t in standard.tiers])
    if standard.clauses:
        parts += _table(("id", "中文", "English", "asks for", "要求", "judged at", "obligation",
                         "source", "year", "confidence of each figure"),
                        [_clause(c, standard) for c in standard.clauses])
    return "\n".join(parts)


def _tier(tier: Tier) -> tuple[str, ...]:
    walk = [f"{tier.walk_min:g} min"] if tier.walk_min else []
    walk += [f"{tier.walk_m[0]:g}–{tier.walk_m[1]:g} m"] if tier.walk_m else []
    people = (f"{tier.population[0]:,.0f}–{tier.population[1]:,.0f}" if tier.population
              else f"≥ {tier.population_min:,.0f}" if tier.population_min else "")
    sure = "; ".join([tier.confidence, *(f"{k}: {v}" for k, v in tier.confidence_of)])
    return (f"`{tier.id}`", tier.zh, tier.en, ", ".join(walk), people, tier.source_en, sure)


def _clause(clause: Clause, standard: Standard) -> tuple[str, ...]:
    sure = [f"{name}: {clause.sureness(name)}" for name in clause.figures]
    return (f"`{clause.id}`", clause.zh, clause.en, asks(clause, "en"), asks(clause, "zh"),
            clause.unit_of_audit, clause.obligation, clause.source_en, standard.year,
            "; ".join(sure) or f"name: {clause.confidence}")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return [*("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
              for line in lines), ""]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PAGE)
    parser.parse_args().out.write_text(page(), encoding="utf-8", newline="\n")
