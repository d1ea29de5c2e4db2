"""Writes sentences into YAML files as a person would: a line more, and every other line as it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from bot.errors import KnowledgeError
from bot.knowledge.loader import UNREADABLE

Node = Any  # of PyYAML


def with_questions(text: str, entry: str, questions: Sequence[str], path: str) -> str:
    """Returns a file of entries' texts with questions added to those of one entry.

    Raises:
        KnowledgeError: there is no such entry in `path`, or the file is written in a way that this cannot add to.
    """
    owner = _at(_root(text, path), ("entries", entry), path)
    listed = _value(owner, "questions")
    changed = text
    if listed is None:
        block = [f"{' ' * _column(owner)}questions:", *_items(questions, _column(owner) + 2)]
        changed = _after(text, _last_line(owner, text), block)
    elif listed.flow_style:
        end = listed.end_mark.index - 1
        separator = ", " if listed.value else ""
        added = ", ".join(quoted(question, on_one_line=True) for question in questions)
        changed = f"{text[:end]}{separator}{added}{text[end:]}"
    else:
        last = listed.value[-1]
        changed = _after(text, _last_line(last, text), _items(questions, _dash(text, last)))

    def expected(data: dict[str, Any]) -> None:
        data["entries"][entry].setdefault("questions", []).extend(questions)

    return _checked(text, changed, expected, path)


def with_examples(text: str, intent: str, said: Sequence[str], path: str) -> str:
    """Returns a file of training data with utterances added to those of one intent.

    Raises:
        KnowledgeError: `path` has no examples of the intent, or is written in a way that this cannot add to.
    """
    blocks = _value(_root(text, path), "nlu")
    for number, block in enumerate(blocks.value if blocks is not None else ()):
        name, listed = _value(block, "intent"), _value(block, "examples")
        if name is not None and name.value == intent and listed is not None and listed.style == "|":
            lines = text.split("\n")
            last = _last_line(listed, text)
            indent = lines[last][: len(lines[last]) - len(lines[last].lstrip())]
            changed = _after(text, last, [f"{indent}- {utterance}" for utterance in said])

            def expected(data: dict[str, Any], at: int = number) -> None:
                data["nlu"][at]["examples"] += "".join(f"- {utterance}\n" for utterance in said)

            return _checked(text, changed, expected, path)
    raise KnowledgeError(path, f"{intent}: has no block of examples to add to")


def switched_off(text: str, entry: str, path: str) -> str:
    """Returns a file of entries' facts with one entry switched off.

    Raises:
        KnowledgeError: there is no such entry in `path`, or the file is written in a way that this cannot add to.
    """
    owner = _at(_root(text, path), ("entries", entry), path)
    if owner.flow_style:
        raise KnowledgeError(path, f"{entry}: is written on one line; add switched_off: true by hand")
    line = [f"{' ' * _column(owner)}switched_off: true"]
    earlier = [value for key, value in owner.value if key.value not in ("superseded_by", "related", "entities")]
    last = _last_line(earlier[-1], text) if earlier else owner.start_mark.line - 1
    changed = text if _value(owner, "switched_off") is not None else _after(text, last, line)

    def expected(data: dict[str, Any]) -> None:
        data["entries"][entry]["switched_off"] = True

    return _checked(text, changed, expected, path)


def quoted(text: str, *, on_one_line: bool = False) -> str:
    """Returns a text as an item of a YAML list: plain where that says the same, in double quotes otherwise."""
    try:
        read = yaml.safe_load(f"[{text}, {text}]" if on_one_line else f"- {text}\n- {text}")
    except (yaml.YAMLError, *UNREADABLE):  # "2026-13-45" looks like a date and is none
        read = None
    if read == [text, text]:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _items(texts: Sequence[str], indent: int) -> list[str]:
    return [f"{' ' * indent}- {quoted(text)}" for text in texts]


def _root(text: str, path: str) -> Node:
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise KnowledgeError(path, "is no YAML; run partnerguide knowledge check") from error
    if not isinstance(root, yaml.MappingNode):
        raise KnowledgeError(path, "must hold a mapping at its top")
    return root


def _at(root: Node, keys: Sequence[str], path: str) -> Node:
    node = root
    for key in keys:
        node = _value(node, key) if isinstance(node, yaml.MappingNode) else None
        if node is None:
            raise KnowledgeError(path, f"{'.'.join(keys)}: is missing")
    return node


def _value(node: Node, key: str) -> Node | None:
    return next((value for name, value in node.value if name.value == key), None)


def _column(mapping: Node) -> int:
    return int(mapping.value[0][0].start_mark.column)


def _dash(text: str, item: Node) -> int:
    """Returns the column of the dash before an item of a list."""
    line = text.split("\n")[item.start_mark.line]
    return len(line) - len(line.lstrip())


def _last_line(node: Node, text: str) -> int:
    """Returns the number of the last line that holds something of a node."""
    if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
        return _last_line(node.value[-1][1], text)
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return _last_line(node.value[-1], text)
    mark = node.end_mark
    last = mark.line - 1 if mark.column == 0 and mark.line > node.start_mark.line else mark.line
    lines = text.split("\n")
    last = min(last, len(lines) - 1)
    while last > node.start_mark.line and not lines[last].strip():
        last -= 1
    return int(last)


def _after(text: str, line: int, added: Sequence[str]) -> str:
    lines = text.split("\n")
    if line == len(lines) - 1:  # the file does not end with a line break
        return "\n".join([*lines, *added]) + "\n"
    return "\n".join([*lines[: line + 1], *added, *lines[line + 1 :]])


def _checked(text: str, changed: str, expect: Any, path: str) -> str:
    """Returns what was written, if it says what was meant and nothing else."""
    data = yaml.safe_load(text)
    expect(data)
    try:
        is_as_meant = yaml.safe_load(changed) == data
    except yaml.YAMLError:
        is_as_meant = False
    if not is_as_meant:
        raise KnowledgeError(path, "is written in a way that lines cannot be added to; add them by hand")
    return changed
