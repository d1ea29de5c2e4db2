"""The lessons as changes to the checkout: a patch that `git apply` takes, or a bundle with the changed files.

What leaves here holds sentences and labels; no pseudonym, no date, no author, nothing of an enquiry.
"""

from __future__ import annotations

import difflib
import io
import json
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.errors import KnowledgeError
from bot.knowledge.loader import DRAFTS, KnowledgeBase, load
from bot.nlu.data_checks import examples
from bot.nlu.evidence import FAQ
from bot.settings import Settings
from bot.store.lessons import Lesson, as_mapping
from bot.teaching import dialogues
from bot.teaching.sentences import MEASURED, Sentences, sentences_of
from bot.teaching.writing import switched_off, with_examples, with_questions

PATCH_NAME, ROWS_NAME = "changes.patch", "lessons.json"
# Not `splitlines`, which knows more line ends than git does.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class Change:
    """One file before and after; `before` is None where it is new."""

    path: str
    before: str | None
    after: str


@dataclass
class Export:
    """What the lessons change: the files, the lessons and entries that are in, and those that are not, with why."""

    changes: list[Change] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)
    off: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def export(settings: Settings, lessons: Sequence[Lesson], off: Collection[str] = ()) -> Export:
    """Returns what some lessons, and the entries that are switched off, change in the checkout.

    A sentence that the checkout holds already under its label changes nothing and is in. What waits for a second
    person's word stays out.

    Raises:
        KnowledgeError: the checkout cannot be read.
    """
    knowledge = load(settings.knowledge)
    made = Export()
    files = _Files(settings.root)
    known = sentences_of(settings)
    lessons = [lesson for lesson in lessons if lesson.state != "proposed"]
    stubs = {lesson.label: lesson for lesson in lessons if lesson.kind == "stub"}
    for (label, language), those in _grouped(lessons).items():
        entry = label.removeprefix(FAQ)
        if label.startswith(FAQ) and entry in stubs and entry not in knowledge.entries:
            made.lessons += those
            continue
        new = _new(those, known)
        try:
            if new and label.startswith(FAQ):
                _add_questions(files, knowledge, entry, language, new)
            elif new:
                _add_examples(files, settings, label, language, new)
        except KnowledgeError as error:
            made.left_out.append((those[0].label, error.problem))
        else:
            made.lessons += those
    for entry, stub in sorted(stubs.items()):
        if entry not in knowledge.entries:
            files.put(f"knowledge/{DRAFTS}/{entry}.yml", draft(stub, lessons, knowledge))
        made.lessons.append(stub)
    if turns := [lesson for lesson in lessons if lesson.kind == "turn"]:
        files.put(dialogues.FILE, dialogues.with_dialogues(files.there(dialogues.FILE) or "", turns))
        made.lessons += turns
    for entry in sorted(off):
        _switch_off(files, knowledge, entry, made)
    made.changes = files.changes()
    return made


def as_patch(changes: Iterable[Change]) -> str:
    """Returns changes as a unified diff with git's header lines."""
    return "".join(_diff(change) for change in changes)


def as_bundle(made: Export) -> bytes:
    """Returns an archive (zip) with the patch, the changed files in full, and the lessons as rows."""
    buffer = io.BytesIO()
    rows = [as_mapping(lesson) for lesson in made.lessons]
    content = {
        PATCH_NAME: as_patch(made.changes),
        ROWS_NAME: json.dumps({"lessons": rows, "switched_off": made.off}, ensure_ascii=False, indent=1),
        **{f"files/{change.path}": change.after for change in made.changes},
    }
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            # A fixed moment: the bundle tells no date.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text.encode())
    return buffer.getvalue()


def draft(stub: Lesson, lessons: Sequence[Lesson], knowledge: KnowledgeBase) -> str:
    """Returns the file of an entry that is still to be written, its questions filled in, in every language."""
    titles = stub.details.get("titles") or {}
    topic, _, name = stub.label.partition(".")
    asked: dict[str, list[str]] = {}
    for lesson in lessons:
        if lesson.label == f"{FAQ}{stub.label}" and lesson.text not in asked.setdefault(lesson.language, []):
            asked[lesson.language].append(lesson.text)
    codes = [code for code, language in knowledge.languages.items() if language.status == "complete"]
    texts = {
        code: {"title": titles.get(code, ""), "answer": "", "questions": asked.get(code, [])}
        for code in dict.fromkeys((*codes, *asked))
    }
    data = {
        "entry": stub.label,
        "facts": {name: {"kind": "", "references": [{"source": "", "locators": []}]}},
        "texts": texts,
    }
    lines = [
        "# A draft: nothing reads it. Once it is written, its parts go into",
        f"# knowledge/entries/{topic}.yml and knowledge/texts/<language>/{topic}.yml, and this file goes away.",
    ]
    return "\n".join(lines) + "\n" + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)


class _Files:
    """The files of the checkout as the export leaves them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._before: dict[str, str | None] = {}
        self._after: dict[str, str] = {}

    def text(self, path: str) -> str:
        if path not in self._after:
            try:
                self._before[path] = self._after[path] = (self._root / path).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise KnowledgeError(path, "cannot be read") from error
        return self._after[path]

    def edit(self, path: str, change: Callable[[str], str]) -> None:
        self._after[path] = change(self.text(path))

    def put(self, path: str, text: str) -> None:
        self._before[path] = self.there(path)
        self._after[path] = text

    def there(self, path: str) -> str | None:
        file = self._root / path
        return file.read_text(encoding="utf-8") if file.is_file() else None

    def changes(self) -> list[Change]:
        found = (Change(path, self._before[path], after) for path, after in sorted(self._after.items()))
        return [change for change in found if change.before != change.after]


def _grouped(lessons: Sequence[Lesson]) -> dict[tuple[str, str], list[Lesson]]:
    groups: dict[tuple[str, str], list[Lesson]] = {}
    for lesson in sorted(lessons, key=lambda lesson: (lesson.label, lesson.language, lesson.text)):
        if lesson.kind in ("example", "question"):
            groups.setdefault((lesson.label, lesson.language), []).append(lesson)
    return groups


def _new(lessons: Sequence[Lesson], known: Sentences) -> list[str]:
    """Returns the sentences that stand nowhere under their label yet, each once."""
    found = (
        lesson.text
        for lesson in lessons
        if all(place.label != lesson.label or place.where in MEASURED for place in known.same(lesson.text))
    )
    return list(dict.fromkeys(found))


def _add_questions(files: _Files, knowledge: KnowledgeBase, entry: str, language: str, new: Sequence[str]) -> None:
    if entry not in knowledge.entries:
        raise KnowledgeError(entry, "is no entry of the knowledge base")
    topic, _, name = entry.partition(".")
    path = f"knowledge/texts/{language}/{topic}.yml"
    files.edit(path, lambda text: with_questions(text, name, new, path))


def _add_examples(files: _Files, settings: Settings, intent: str, language: str, new: Sequence[str]) -> None:
    candidates = sorted((settings.nlu_data / language).glob("*.yml"))
    said = (file for file in candidates if file.stem not in ("lookups", "phrases") and intent in examples(file))
    file = next(said, None)
    if file is None:
        raise KnowledgeError(intent, f"has no examples in nlu_data/{language}")
    path = file.relative_to(settings.root).as_posix()
    files.edit(path, lambda text: with_examples(text, intent, new, path))


def _switch_off(files: _Files, knowledge: KnowledgeBase, entry: str, made: Export) -> None:
    topic, _, name = entry.partition(".")
    path = f"knowledge/entries/{topic}.yml"
    try:
        if entry not in knowledge.entries:
            raise KnowledgeError(path, f"{entry}: is no entry of the knowledge base")
        files.edit(path, lambda text: switched_off(text, name, path))
    except KnowledgeError as error:
        made.left_out.append((entry, error.problem))
    else:
        made.off.append(entry)


def _diff(change: Change) -> str:
    old, new = f"a/{change.path}", f"b/{change.path}"
    header = f"diff --git {old} {new}\n"
    if change.before is None:
        header += "new file mode 100644\n"
        old = "/dev/null"
    lines = difflib.unified_diff(_LINE.findall(change.before or ""), _LINE.findall(change.after), old, new)
    return header + "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
