from __future__ import annotations

import dataclasses
import shutil

import pytest

from bot.charts.fonts import package_for, typeface


def test_writes_latin_letters_without_any_font_of_the_system(small):
    found = typeface(small.languages["en"], "Pérez-Guerrero, “US$” – 5%", ())
    assert (found.regular.stem, found.bold.stem) == ("DejaVuSans", "DejaVuSans-Bold")


def test_finds_no_typeface_where_there_is_none(small):
    assert typeface(small.languages["zh"], "数据", ()) is None


def test_goes_by_the_script_of_the_language_not_by_its_code(small, han):
    language = dataclasses.replace(small.languages["en"], code="ja", scripts=("Han",))
    assert typeface(language, "数据 2021", [han]).regular.name == han.rpartition("/")[2]
    assert typeface(dataclasses.replace(language, scripts=("Arabic",)), "بيانات", [han]) is None


@pytest.mark.parametrize("content", [b"", b"no font at all"])
def test_passes_over_a_file_that_is_no_font(small, han, tmp_path, content):
    broken = tmp_path / "NotoSansCJKsc-Regular.otf"
    broken.write_bytes(content)
    assert str(typeface(small.languages["zh"], "数据", [str(broken), han]).regular) == han
    assert typeface(small.languages["zh"], "数据", [str(broken)]) is None


def test_passes_over_a_font_that_lacks_a_character(small, han):
    assert typeface(small.languages["zh"], "数据\ue000", [han]) is None


@pytest.mark.parametrize(
    "name",
    [
        *("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "wqy-zenhei.ttc", "wqy-microhei.ttc", "msyh.ttc"),
        *("SourceHanSansSC-Regular.otf", "SourceHanSans-Regular.ttc", "PingFang.ttc", "simhei.ttf"),
    ],
)
def test_knows_the_usual_files(small, han, tmp_path, name):
    file = shutil.copy(han, tmp_path / name)
    other = shutil.copy(han, tmp_path / "SomethingElse.ttf")
    assert typeface(small.languages["zh"], "数据", [str(other), str(file)]).regular.name == name
    assert typeface(small.languages["zh"], "数据", [str(other)]) is None


def test_takes_the_regular_and_the_bold_of_a_family(small, han, tmp_path):
    names = ("NotoSansCJK-Black.ttc", "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "NotoSansCJK-Thin.ttc")
    files = [str(shutil.copy(han, tmp_path / name)) for name in names]
    found = typeface(small.languages["zh"], "数据", files)
    assert (found.regular.name, found.bold.name) == ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc")


def test_says_what_to_install(small):
    assert package_for(small.languages["zh"]) == "fonts-wqy-zenhei or fonts-noto-cjk"
    unknown = dataclasses.replace(small.languages["en"], scripts=("Thai",))
    assert package_for(unknown) == "a font for Thai"
