from __future__ import annotations

import os
import resource
import stat
import threading

import pytest

from bot.charts.pictures import fonts_for, picture
from bot.errors import ChartError
from bot.knowledge.loader import load
from tests.bot.small_base import edit

PNG = b"\x89PNG\r\n"


def test_draws_once_and_takes_the_file_from_then_on(small, tmp_path):
    first = picture(small.charts["shares"], small, "en", tmp_path)
    written = first.path.stat().st_mtime_ns
    assert first.path.read_bytes().startswith(PNG)
    assert picture(small.charts["shares"], small, "en", tmp_path) == first
    assert first.path.stat().st_mtime_ns == written
    assert [path for path in first.path.parent.iterdir() if path != first.path] == []


def test_has_a_file_for_each_language(small, tmp_path, han):
    english = picture(small.charts["shares"], small, "en", tmp_path, [han])
    chinese = picture(small.charts["shares"], small, "zh", tmp_path, [han])
    assert (english.language, chinese.language) == ("en", "zh")
    assert english.path.read_bytes() != chinese.path.read_bytes()


def test_draws_anew_when_the_knowledge_has_changed(small_copy, tmp_path):
    before = load(small_copy)
    old = picture(before.charts["growth_bars"], before, "en", tmp_path)
    with edit(small_copy / "chart_texts" / "en.yml") as data:
        data["charts"]["growth_bars"]["title"] = "Another title"
    after = load(small_copy)
    new = picture(after.charts["growth_bars"], after, "en", tmp_path)
    assert new.path != old.path
    assert new.path.read_bytes() != old.path.read_bytes()


def test_keeps_the_pictures_of_few_versions(small, tmp_path):
    for number in range(6):
        (tmp_path / f"version{number}").mkdir()
        os.utime(tmp_path / f"version{number}", (number, number))
    path = picture(small.charts["shares"], small, "en", tmp_path).path
    assert {folder.name for folder in tmp_path.iterdir()} == {"version4", "version5", path.parent.name}


def test_writes_in_another_language_where_no_font_is_found(small, tmp_path):
    drawn = picture(small.charts["shares"], small, "zh", tmp_path, ())
    assert (drawn.language, drawn.path.name) == ("en", "shares.en.png")
    assert drawn.path.read_bytes() == picture(small.charts["shares"], small, "en", tmp_path).path.read_bytes()


def test_says_so_where_no_language_can_be_written(small_copy, tmp_path):
    (small_copy / "chart_texts" / "en.yml").unlink()
    knowledge = load(small_copy)
    with pytest.raises(ChartError, match=r"charts/shares\.yml: no language of it can be written"):
        picture(knowledge.charts["shares"], knowledge, "zh", tmp_path, ())


@pytest.mark.parametrize("kind", ["file in the way", "read-only"])
def test_says_so_when_the_folder_cannot_be_written(small, tmp_path, kind):
    folder = tmp_path / "charts"
    if kind == "file in the way":
        folder.write_text("")
    else:
        folder.mkdir()
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
        if os.access(folder, os.W_OK):
            pytest.skip("this account may write everywhere")
    with pytest.raises(ChartError, match="a picture cannot be written"):
        picture(small.charts["shares"], small, "en", folder)


def test_leaves_nothing_behind_when_the_disk_is_full(small, tmp_path):
    import signal

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # a write beyond it fails, as on a full disk
    try:
        with pytest.raises(ChartError, match="a picture cannot be written"):
            picture(small.charts["shares"], small, "en", tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert picture(small.charts["shares"], small, "en", tmp_path).path.read_bytes().startswith(PNG)


def test_draws_for_several_people_at_once(small, tmp_path):
    found = []
    threads = [
        threading.Thread(target=lambda n=name: found.append(picture(small.charts[n], small, "en", tmp_path)))
        for name in [*small.charts, *small.charts]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2 * len(small.charts)
    assert {drawn.path.read_bytes()[:6] for drawn in found} == {PNG}


def test_tells_which_languages_need_a_font(small, han):
    assert fonts_for(small, [han]) == (["English", "中文"], {})
    assert fonts_for(small, ()) == (["English"], {"中文": "fonts-wqy-zenhei or fonts-noto-cjk"})
