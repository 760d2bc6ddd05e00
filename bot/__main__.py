"""The command line: `python -m bot`, or `agora-bot`.

What a command needs is imported when it runs, so that `manifest` and a start that fails are quick.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import io
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

from bot import log
from bot.settings import BadSettings, Needs, Settings, load
from bot.store import StoreError


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run one command.

    Returns:
        0 when it went well, 1 when it did not, 2 when it could not start.
    """
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except BadSettings as error:
        print("The bot can't start:", file=sys.stderr)
        for problem in error.problems:
            print(f"  {problem}", file=sys.stderr)
        return 2
    except StoreError as error:
        print(f"The bot can't start: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="agora-bot", description="The control room for live streams, inside Slack.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="take commands from Slack, and carry them out")
    serve.add_argument("--no-worker", action="store_true", help="leave carrying out to `worker` processes")
    serve.set_defaults(run=_serve)

    worker = commands.add_parser("worker", help="one more process that carries operations out")
    worker.set_defaults(run=_worker)

    trial = commands.add_parser("try", help="try it on this machine, with nothing to sign up for")
    trial.add_argument("line", nargs="?", help="one command to run, such as '/record on live eu main-stage'")
    trial.add_argument(
        "--as", dest="person", default="operator", help="who types: admin, manager, operator, viewer, stranger"
    )
    trial.add_argument("--yes", action="store_true", help="press the button that the one command asks for")
    trial.add_argument("--fresh", action="store_true", help="forget what was tried before")
    trial.add_argument("--verbose", action="store_true", help="show the bot's log too")
    trial.set_defaults(run=_try)

    check = commands.add_parser("check", help="check settings, Redis, Slack and Agora, and say what to do")
    check.add_argument("--channel", metavar="ID", help="post a message in this Slack channel, and delete it at once")
    check.add_argument("--json", action="store_true", help="print one object, for programs")
    check.set_defaults(run=_check)

    roles = commands.add_parser("roles", help="the role map: grant, revoke, list")
    roles.add_argument("words", nargs="+", metavar="grant|revoke|list …",
                       help="as in Slack: grant U0123 operator on 'sports-*' in eu")  # fmt: skip
    roles.set_defaults(run=_roles)

    audit = commands.add_parser("audit", help="the audit trail: look through it, export it, verify it")
    audit.add_argument("--since", metavar="TIME", help="from then on: 2h (ago), 2026-12-24, 2026-12-24T20:45Z")
    audit.add_argument("--entry", metavar="ENTRY", help="what was done to this entry point")
    audit.add_argument("--person", metavar="USER", help="what this person asked for: a Slack id, or `shell`")
    audit.add_argument("--json", action="store_true", help="one JSON object a line")
    audit.add_argument("--verify", action="store_true", help="say whether the trail is whole; exit status 1 if not")
    audit.add_argument("--head", help="with --verify: a head that was noted before has to be in the trail")
    audit.set_defaults(run=_audit, refuse=audit.error)

    manifest = commands.add_parser("manifest", help="print the Slack app's manifest")
    manifest.add_argument("--url", help="the public address of `serve`; without it: Socket Mode")
    manifest.set_defaults(run=_manifest)
    return parser


def _serve(options: argparse.Namespace) -> int:
    return _run(load(Needs.SERVE), web=True, worker=not options.no_worker)


def _worker(_: argparse.Namespace) -> int:
    return _run(load(Needs.WORKER), web=False, worker=True)


def _run(settings: Settings, *, web: bool, worker: bool) -> int:
    from bot.processes import Bot, run

    log.configure(settings.log_level, settings.log_format, settings.secrets())
    status = _until_done(run(Bot(settings), web=web, worker=worker))
    gc.freeze()  # Python would look through all that is left, for a second and more on a busy machine
    return status


def _try(options: argparse.Namespace) -> int:
    from bot.trial.session import run

    return run(line=options.line, person=options.person, fresh=options.fresh, yes=options.yes, verbose=options.verbose)


def _check(options: argparse.Namespace) -> int:
    from bot.check import check

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # names may hold what a terminal can't show
    return _until_done(check(channel=options.channel, as_json=options.json))


def _roles(options: argparse.Namespace) -> int:
    from bot.roles_cli import run

    settings = load(Needs.STORE)
    log.configure("warning", settings.log_format, settings.secrets())
    return _until_done(run(settings, options.words))


def _audit(options: argparse.Namespace) -> int:
    from bot import audit_cli
    from bot.chain import Noted
    from bot.clock import now

    if options.verify and (options.since or options.entry or options.person or options.json):
        options.refuse("--verify looks at the whole trail; of the others it takes --head alone")
    if options.head and not options.verify:
        options.refuse("--head belongs to --verify")
    try:
        noted = Noted.read(options.head) if options.head else None
        since = audit_cli.since(options.since, now()) if options.since else None
    except ValueError as error:
        options.refuse(f"{'--head' if options.head else '--since'}: {error}")
    settings = load(Needs.STORE)
    log.configure("warning", settings.log_format, settings.secrets())
    if options.verify:
        return _until_done(audit_cli.verify(settings, noted))
    wanted = audit_cli.Wanted(since, options.entry, options.person)
    return _until_done(audit_cli.export(settings, wanted, as_json=options.json))


def _manifest(options: argparse.Namespace) -> int:
    from bot.app import catalog
    from bot.slack.manifest import manifest

    sys.stdout.write(manifest(catalog(), options.url))
    return 0


def _until_done(work: Coroutine[Any, Any, int]) -> int:
    """Run *work* on uvloop where there is one."""
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    return uvloop.run(work)


if __name__ == "__main__":
    sys.exit(main())
