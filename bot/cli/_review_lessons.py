"""`partnerguide review export` and `import`: what reviewers have taught, on its way into the repository."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from bot.cli._output import write_to
from bot.settings import Settings
from bot.store.audit import AuditStore
from bot.store.lessons import LessonStore
from bot.store.switches import SwitchStore

#: Who acts in the audit log when somebody uses the command line.
_ACTOR = "command line"


def add_action(actions: Any) -> None:
    """Adds both actions to the command `review`."""
    export = actions.add_parser("export", help="write what was taught as a patch for git apply, or as a bundle")
    export.add_argument("--format", choices=("patch", "bundle"), default="patch")
    export.add_argument("--output", type=Path, help="a file (default: standard output)")
    export.add_argument("--dry-run", action="store_true", help="do not mark anything as exported")
    export.set_defaults(run=_export)
    absorb = actions.add_parser("import", help="mark as absorbed what this checkout holds by now")
    absorb.add_argument("bundle", nargs="?", type=Path, help="a bundle whose lessons are taken in first")
    absorb.set_defaults(run=_import)


def _export(options: argparse.Namespace, settings: Settings) -> int:
    from bot.teaching.exporting import as_bundle, as_patch, export

    with LessonStore.from_settings(settings) as lessons, SwitchStore.from_settings(settings) as switches:
        made = export(settings, lessons.standing(), switches.switched_off())
        content = as_bundle(made) if options.format == "bundle" else as_patch(made.changes).encode()
        write_to(options.output, content)
        if not options.dry_run:
            lessons.mark([lesson.id for lesson in made.lessons], "exported")
            with AuditStore.from_settings(settings) as audit:
                audit.note(_ACTOR, "export_lessons", "", str(len(made.lessons)))
    counts = f"{len(made.lessons)} lessons and {len(made.off)} switched-off entries in {len(made.changes)} files"
    print(f"partnerguide: {counts}", file=sys.stderr)
    for label, problem in made.left_out:
        print(f"partnerguide: left out {label}: {problem}", file=sys.stderr)
    return 0


def _import(options: argparse.Namespace, settings: Settings) -> int:
    from bot.teaching.absorbing import absorb
    from bot.teaching.importing import take_in

    if options.bundle is not None:
        taken = take_in(settings, options.bundle, _ACTOR)
        with AuditStore.from_settings(settings) as audit:
            audit.note(_ACTOR, "import_lessons", "", str(taken.lessons))
        counts = f"{taken.lessons} lessons and {taken.switches} switched-off entries"
        print(f"{counts} were taken from {options.bundle.name}; {taken.known} lessons stood here already.")
    found = absorb(settings)
    with AuditStore.from_settings(settings) as audit:
        audit.note(_ACTOR, "absorb_lessons", "", str(found.lessons))
    counts = f"{found.lessons} lessons, {found.stubs} drafts and {found.switches} switched-off entries"
    print(f"{counts} stand in the checkout by now; {found.standing} lessons are left.")
    return 0
