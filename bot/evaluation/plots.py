"""The pictures of a report, each the SVG text of one figure; letters are drawn as shapes, so that it needs no font."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from bot.charts.fonts import typeface
from bot.charts.palette import ACCENT, GREYS, INK, PALE, QUIET
from bot.knowledge.models import Language

#: One colour per language, in their order.
_LINES = (ACCENT, "#c2571a", "#3a7d44", QUIET)
_VERDICTS = (ACCENT, "#8fbbdd", "#dfe3e7", "#e9c3a6", "#c2571a")
_WIDTH, _ROW = 7.2, 0.55
#: Nobody would pay more than this for silence on what is out of scope.
_MOST_LOST = 0.6
#: Where the number of a threshold stands, in points from its mark.
_ASIDE = {"answer_from": (6, 4), "choices_from": (-4, -13)}
#: Narrower pieces of a bar have no room for their number.
_LEAST_LABELLED = 0.04


def pictures(languages: Mapping[str, dict[str, Any]], known: Mapping[str, Language]) -> dict[str, str]:
    """Returns the pictures by name; what has nothing to show is left out.

    Args:
        languages: the summary of each language.
        known: the languages of the knowledge base, for their names.
    """
    names = {code: _Name(code, known.get(code)) for code in languages}
    found = {"decisions": _decisions(languages, names), "reliability": _reliability(languages, names)}
    if any(summary["rejection"]["curve"] for summary in languages.values()):
        found["rejection"] = _rejection(languages, names)
    if any(summary["noise"] for summary in languages.values()):
        found["noise"] = _noise(languages, names)
    return found


class _Name:
    """The name of a language in its own script where a typeface for it is at hand, else its code."""

    def __init__(self, code: str, language: Language | None) -> None:
        face = typeface(language, language.name) if language else None
        self.text, self.font = code, {}
        if language and face:
            from matplotlib.font_manager import FontProperties

            self.text, self.font = language.name, {"fontproperties": FontProperties(fname=str(face.regular), size=9)}


def _figure(height: float, width: float = _WIDTH) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(PALE)
    axes.tick_params(colors=QUIET, labelsize=8, length=0)
    return figure, axes


def _svg(figure: Any) -> str:
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    text = io.StringIO()
    # Neither date nor chance inside: the same figures are the same file.
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "partnerguide"}):
        FigureCanvasSVG(figure).print_svg(text, metadata={"Date": None})
    return text.getvalue()


def _label_axes(axes: Any, x: str, y: str) -> None:
    axes.set_xlabel(x, color=QUIET, fontsize=8.5)
    axes.set_ylabel(y, color=QUIET, fontsize=8.5)


def _legend(axes: Any, names: Mapping[str, _Name], handles: Mapping[str, Any], place: str) -> None:
    legend = axes.legend(
        list(handles.values()), [names[code].text for code in handles], loc=place, frameon=False, fontsize=9
    )
    for text, code in zip(legend.get_texts(), handles, strict=True):
        text.set(color=INK, **names[code].font)


def _decisions(languages: Mapping[str, dict[str, Any]], names: Mapping[str, _Name]) -> str:
    figure, axes = _figure(1.1 + _ROW * len(languages))
    verdicts = next(iter(languages.values()))["decisions"]
    for row, summary in enumerate(languages.values()):
        counts = summary["decisions"]
        total, left = sum(counts.values()) or 1, 0.0
        for verdict, colour in zip(verdicts, _VERDICTS, strict=True):
            width = counts[verdict] / total
            axes.barh(row, width, left=left, color=colour, height=0.62, label=verdict if row == 0 else None)
            if width >= _LEAST_LABELLED:
                ink = "white" if colour in (_VERDICTS[0], _VERDICTS[-1]) else INK
                middle = left + width / 2
                axes.text(middle, row, f"{100 * width:.0f} %", ha="center", va="center", color=ink, fontsize=8)
            left += width
    axes.set(xlim=(0, 1), yticks=range(len(languages)), xticks=[])
    axes.set_yticklabels([name.text for name in names.values()])
    for label, name in zip(axes.get_yticklabels(), names.values(), strict=True):
        label.set(color=INK, **name.font)
    axes.invert_yaxis()
    axes.spines["bottom"].set_visible(False)
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.02), ncol=len(verdicts), frameon=False, fontsize=8,
        handlelength=1, columnspacing=1.2,
    )  # fmt: skip
    figure.subplots_adjust(left=0.1, right=0.99, top=0.97, bottom=0.3)
    return _svg(figure)


def _reliability(languages: Mapping[str, dict[str, Any]], names: Mapping[str, _Name]) -> str:
    figure, axes = _figure(3.6, 4.4)
    axes.plot([0, 1], [0, 1], color=PALE, linewidth=1)
    handles = {}
    for (code, summary), colour in zip(languages.items(), _cycled(languages), strict=True):
        filled = [found for found in summary["calibration"]["bins"] if found["count"]]
        most = max((found["count"] for found in filled), default=1)
        x, y = [found["confidence"] for found in filled], [found["right"] for found in filled]
        (handles[code],) = axes.plot(x, y, color=colour, linewidth=1.4)
        axes.scatter(x, y, s=[12 + 60 * found["count"] / most for found in filled], color=colour, zorder=3)
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    _label_axes(axes, "confidence (mean of the bin)", "share right")
    _legend(axes, names, handles, "upper left")
    figure.subplots_adjust(left=0.14, right=0.97, top=0.97, bottom=0.14)
    return _svg(figure)


def _rejection(languages: Mapping[str, dict[str, Any]], names: Mapping[str, _Name]) -> str:
    figure, axes = _figure(3.6, 4.4)
    handles = {}
    for (code, summary), colour in zip(languages.items(), _cycled(languages), strict=True):
        rejection = summary["rejection"]
        curve = rejection["curve"]
        if not curve:
            continue
        (handles[code],) = axes.plot([p["lost"] for p in curve], [p["rejected"] for p in curve], color=colour)
        axes.plot(
            [p["right_lost"] for p in curve], [p["rejected"] for p in curve], color=colour, linewidth=0.9, linestyle=":"
        )
        for name, marker in (("answer_from", "o"), ("choices_from", "^")):
            point = next(p for p in curve if p["threshold"] == rejection[name])
            axes.plot(point["lost"], point["rejected"], marker, color=colour, markersize=6)
            axes.annotate(
                f"{point['threshold']:g}", (point["lost"], point["rejected"]), _ASIDE[name], textcoords="offset points",
                color=colour, fontsize=8,
            )  # fmt: skip
        if rejection["decided"]:
            decided = rejection["decided"]
            axes.plot(decided["lost"], decided["rejected"], "X", color=colour, markersize=7)
    lowest = min(p["rejected"] for summary in languages.values() for p in summary["rejection"]["curve"])
    axes.set(xlim=(-0.01, _MOST_LOST), ylim=(max(0.0, lowest - 0.1) - 0.01, 1.02))
    _label_axes(axes, "questions of content not answered", "out of scope rejected")
    _legend(axes, names, handles, "lower right")
    figure.subplots_adjust(left=0.14, right=0.97, top=0.97, bottom=0.14)
    return _svg(figure)


def _noise(languages: Mapping[str, dict[str, Any]], names: Mapping[str, _Name]) -> str:
    kinds = list(dict.fromkeys(row["name"] for summary in languages.values() for row in summary["noise"]))
    figure, axes = _figure(0.9 + 0.42 * len(kinds))
    thickness = 0.7 / len(languages)
    handles = {}
    for number, (code, summary) in enumerate(languages.items()):
        rows = [row for row in summary["noise"] if row["answered_right"]["loss"] is not None]
        if not rows:
            continue
        y = [kinds.index(row["name"]) + (number - (len(languages) - 1) / 2) * thickness for row in rows]
        losses = [100 * row["answered_right"]["loss"] for row in rows]
        handles[code] = axes.barh(y, losses, height=thickness, color=_LINES[number % len(_LINES)])
    axes.axvline(0, color=GREYS[0], linewidth=0.8)
    axes.set(yticks=range(len(kinds)))
    axes.set_yticklabels(kinds, color=INK)
    axes.invert_yaxis()
    _label_axes(axes, "loss of answered right, in points", "")
    if handles:
        _legend(axes, names, handles, "best")
    figure.subplots_adjust(left=0.24, right=0.98, top=0.97, bottom=0.16)
    return _svg(figure)


def _cycled(languages: Mapping[str, Any]) -> list[str]:
    return [_LINES[number % len(_LINES)] for number in range(len(languages))]
