"""Charts for the small project: bars, grouped bars, shares and a line, with the figures they need."""

from __future__ import annotations

from pathlib import Path

from tests.bot import small_base
from tests.bot.small_base import dump, edit

_MORE = {
    "number": {
        "before": (200, "count", 2007),
        "target": (5000, "count", 2030),
        "share_a": (60, "percent", 2021),
        "share_b": (36, "percent", 2021),
        "share_c": (4, "percent", 2021),
    },
    "costs": {"before": (500000, "usd", 2020), "planned": (2000000, "usd", 2022)},
}

CHARTS = {
    "growth_bars": {
        "entry": "growth.number",
        "kind": "bars",
        "categories": ["then", "now"],
        "series": {"all": [{"figure": "before", "bound": "about"}, {"figure": "partnerships", "bound": "over"}]},
    },
    "costs_groups": {
        "entry": "growth.costs",
        "kind": "grouped bars",
        "categories": ["low", "high"],
        "series": {
            "spent": [{"figure": "before"}, {"figure": "budget"}],
            "promised": [{"figure": "planned", "target": True}, {"figure": "growth.costs.promised", "target": True}],
        },
    },
    "growth_line": {
        "entry": "duties.precaution",
        "kind": "line",
        "series": {
            "all": [
                {"figure": "growth.number.before"},
                {"figure": "growth.number.partnerships"},
                {"figure": "growth.number.target", "target": True},
            ],
        },
    },
    "shares": {
        "entry": "duties.invitation",
        "kind": "shares",
        "categories": ["more", "same", "fewer"],
        "series": {"all": [{"figure": f"growth.number.share_{letter}"} for letter in "abc"]},
    },
}

TEXTS = {
    "en": {
        "years": "data of {years}",
        "bounds": {"over": "over {value}", "about": "about {value}", "nearly": "nearly {value}"},
        "charts": {
            "growth_bars": {
                "title": "Partnerships then and now",
                "note": "Number of partnerships",
                "categories": {"then": "2007", "now": "2021"},
            },
            "costs_groups": {
                "title": "What vaccine projects cost",
                "note": "Money in a year",
                "categories": {"low": "A small project", "high": "A large project"},
                "series": {"spent": "Spent", "promised": "Promised"},
            },
            "growth_line": {"title": "Partnerships over time", "note": "Number of partnerships; 2030 is the target"},
            "shares": {
                "title": "How the number of staff changed",
                "note": "Share of all",
                "categories": {"more": "Increased", "same": "Did not change", "fewer": "Decreased"},
            },
        },
    },
    "zh": {
        "years": "数据年份：{years}",
        "bounds": {"over": "超过{value}", "about": "约{value}", "nearly": "近{value}"},
        "charts": {
            "growth_bars": {
                "title": "伙伴关系的今昔",
                "note": "伙伴关系的数目",
                "categories": {"then": "2007年", "now": "2021年"},
            },
            "costs_groups": {
                "title": "疫苗项目的花费",
                "note": "每年的资金",
                "categories": {"low": "小项目", "high": "大项目"},
                "series": {"spent": "已花费", "promised": "承诺"},
            },
            "growth_line": {"title": "伙伴关系的发展", "note": "伙伴关系的数目；2030年为目标"},
            "shares": {
                "title": "工作人员的变化",
                "note": "占全部的比例",
                "categories": {"more": "增加", "same": "不变", "fewer": "减少"},
            },
        },
    },
}


def add_charts(root: Path) -> Path:
    """Adds charts and their figures to a small project; returns the folder of its knowledge base."""
    knowledge = root / "knowledge"
    with edit(knowledge / "entries" / "growth.yml") as data:
        _MORE["costs"]["promised"] = (3000000, "usd", 2022)
        for name, figures in _MORE.items():
            for key, (value, unit, year) in figures.items():
                data["entries"][name]["figures"][key] = {
                    "value": value,
                    "unit": unit,
                    "year": year,
                    "source": "A/76/319",
                    "locator": "20" if name == "number" else "21",
                    "basis": "stands in a figure of the report",
                }
    for code in TEXTS:
        with edit(knowledge / "texts" / code / "growth.yml") as data:
            for name, figures in _MORE.items():
                braces = "; ".join(f"{{{key}}}" for key in figures)
                data["entries"][name]["answer"] = f"{data['entries'][name]['answer'].strip()} {braces}"
        dump(knowledge / "chart_texts" / f"{code}.yml", {"language": code, **TEXTS[code]})
    for name, chart in CHARTS.items():
        dump(knowledge / "charts" / f"{name}.yml", chart)
    return knowledge


def write(root: Path) -> Path:
    """Writes the small project with its charts into `root`; returns the folder of its knowledge base."""
    return add_charts(small_base.write(root))
