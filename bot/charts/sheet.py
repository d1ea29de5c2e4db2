"""A sheet of simple shapes in pixels, and the PNG of it. It knows nothing of charts; nothing else draws."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

from bot.charts.fonts import Typeface

#: Pixels; telephones show pictures of this width sharp at twice their points.
WIDTH = 1200
HEIGHT = 800
_DPI = 200
_POINTS = 72
# Height of a line of text in sizes of the type.
_LEADING = 1.36
# A typeface without bold letters gets them by an outline of this share of their size.
_THICKENED = 0.05
# Ideographs and their punctuation may stand at the end of a line anywhere but before closing and after opening marks.
_PIECES = re.compile(
    r"\s+"
    r"|[《（“‘【〈「]*[\u3000-\u9fff\uff00-\uffef][、。，；：！？》）”’】〉」%…]*"
    r"|[^\s\u3000-\u9fff\uff00-\uffef]+[、。，；：！？》）”’】〉」]*"
)


def line_height(size: float) -> float:
    """Returns the height of a line of text of `size` points, in pixels."""
    return size * _DPI / _POINTS * _LEADING


@dataclass(frozen=True)
class Words:
    """One line of text; `x` and `y` are its upper left corner."""

    text: str
    x: float
    y: float
    size: float
    colour: str
    width: float
    is_bold: bool = False

    @property
    def height(self) -> float:
        """The height of the line in pixels."""
        return line_height(self.size)


@dataclass(frozen=True)
class Box:
    """A filled rectangle; with `edge` an outlined one."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    edge: str = ""


@dataclass(frozen=True)
class Stroke:
    """A straight line."""

    start: tuple[float, float]
    end: tuple[float, float]
    colour: str
    width: float = 2
    is_dashed: bool = False


@dataclass(frozen=True)
class Dot:
    """A point; with `edge` a hollow one."""

    x: float
    y: float
    radius: float
    fill: str
    edge: str = ""


@dataclass
class Sheet:
    """Shapes in the order they are drawn; grows downwards until `height` is set."""

    face: Typeface
    height: float = HEIGHT
    shapes: list[Words | Box | Stroke | Dot] = field(default_factory=list)

    def __post_init__(self) -> None:
        from matplotlib.backends.backend_agg import RendererAgg

        self._renderer = RendererAgg(WIDTH, HEIGHT, _DPI)

    @property
    def words(self) -> list[Words]:
        """Every line of text on the sheet."""
        return [shape for shape in self.shapes if isinstance(shape, Words)]

    def width_of(self, text: str, size: float, *, is_bold: bool = False) -> float:
        """Returns the width of a line in pixels."""
        width, _, _ = self._renderer.get_text_width_height_descent(text, self._font(size, is_bold), ismath=False)
        return float(width)

    def wrapped(self, text: str, size: float, room: float, *, is_bold: bool = False) -> list[str]:
        """Returns the lines of a text that fit into `room` pixels each."""
        lines = [""]
        for piece in (part for whole in _PIECES.findall(text) for part in self._parts(whole, size, room, is_bold)):
            longer = lines[-1] + piece
            if lines[-1] and self.width_of(longer.rstrip(), size, is_bold=is_bold) > room:
                lines[-1] = lines[-1].rstrip()
                lines.append(piece.lstrip())
            else:
                lines[-1] = longer
        return [line.strip() for line in lines if line.strip()]

    def _parts(self, piece: str, size: float, room: float, is_bold: bool) -> list[str]:
        """Returns a piece whole, or its characters where it is wider than a line."""
        return [piece] if self.width_of(piece.strip(), size, is_bold=is_bold) <= room else list(piece)

    def write(
        self, text: str, x: float, y: float, size: float, colour: str, *, is_bold: bool = False, align: str = "left"
    ) -> Words:
        """Puts one line on the sheet, `x` being its left edge, its centre or its right edge; returns it."""
        width = self.width_of(text, size, is_bold=is_bold)
        left = x - {"left": 0.0, "centre": width / 2, "right": width}[align]
        words = Words(text, left, y, size, colour, width, is_bold)
        self.shapes.append(words)
        return words

    def write_lines(
        self, text: str, x: float, y: float, size: float, colour: str, room: float, *, is_bold: bool = False
    ) -> float:
        """Puts a text on the sheet, wrapped into `room`; returns the y below it."""
        for line in self.wrapped(text, size, room, is_bold=is_bold):
            y += self.write(line, x, y, size, colour, is_bold=is_bold).height
        return y

    def png(self) -> bytes:
        """Returns the picture of the sheet."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH / _DPI, self.height / _DPI), dpi=_DPI, facecolor="white")
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(self.height, 0)
        for layer, shape in enumerate(self.shapes):
            self._draw(axes, shape, layer)
        picture = io.BytesIO()
        # No software name and no date inside: the same chart is the same file.
        canvas.print_png(picture, metadata={"Software": None})
        return picture.getvalue()

    def _draw(self, axes: object, shape: Words | Box | Stroke | Dot, layer: int) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.patches import Circle, Rectangle
        from matplotlib.patheffects import withStroke
        from matplotlib.text import Text

        to_points = _POINTS / _DPI
        if isinstance(shape, Words):
            artist: object = Text(
                shape.x,
                shape.y + shape.size / to_points,
                shape.text,
                color=shape.colour,
                fontproperties=self._font(shape.size, shape.is_bold),
                verticalalignment="baseline",
                parse_math=False,  # "US$" twice in a line is money, not a formula
                zorder=layer,
            )
            if shape.is_bold and self.face.bold == self.face.regular:
                width = shape.size * _THICKENED
                artist.set_path_effects([withStroke(linewidth=width, foreground=shape.colour)])  # type: ignore[attr-defined]
        elif isinstance(shape, Stroke):
            artist = Line2D(
                (shape.start[0], shape.end[0]),
                (shape.start[1], shape.end[1]),
                color=shape.colour,
                linewidth=shape.width * to_points,
                linestyle=(0, (3, 2)) if shape.is_dashed else "-",
                zorder=layer,
            )
        else:
            style = {
                "facecolor": shape.fill,
                "edgecolor": shape.edge or "none",
                "linewidth": 4 * to_points if shape.edge else 0,
                "zorder": layer,
            }
            if isinstance(shape, Dot):
                artist = Circle((shape.x, shape.y), shape.radius, **style)
            else:
                inset = 2 if shape.edge else 0
                corner = (shape.x + inset, shape.y + inset)
                artist = Rectangle(corner, shape.width - 2 * inset, shape.height - 2 * inset, **style)
        axes.add_artist(artist)  # type: ignore[attr-defined]  # matplotlib 3.5 ships no types

    def _font(self, size: float, is_bold: bool) -> object:
        from matplotlib.font_manager import FontProperties

        return FontProperties(fname=str(self.face.bold if is_bold else self.face.regular), size=size)
