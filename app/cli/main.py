"""The entry point of headwaterctl, and the one place where errors become words and an exit status.

Status: 0 done, 1 the work failed, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from app.cli.options import Nouns, Settings

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

NOUNS = {
    "connectors": ("app.cli.connectors", "The types of sources: what there is to connect."),
    "connection": ("app.cli.connection", "Configured sources: add, test, edit, remove, pass on."),
    "account": ("app.cli.account", "Signed-in identities: sign in, renew, sign out."),
    "vault": ("app.cli.vault", "Where secrets are kept: look, unlock, give it a new key, start a new one."),
    "sync": ("app.cli.sync", "Bring connections up to date."),
    "runs": ("app.cli.runs", "What syncs did, and which items failed."),
    "library": ("app.cli.library", "What was synced: search, list, explain, export, verify."),
    "settings": ("app.cli.settings", "How this installation looks, starts and reaches the world."),
    "schemas": ("app.cli.schemas", "The shapes of all --json answers."),
}

root = Nouns(
    name="headwaterctl",
    nouns=NOUNS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Connect the sources of a knowledge base, sync them, and search what arrived.",
    epilog="Exit status: 0 done, 1 the work failed, 2 wrong usage, 130 interrupted.",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; answers its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = Settings()
    if arguments is None:
        # Taken out, so that no process that a command starts inherits it: a browser, the keyring's own.
        asked.passphrase = os.environ.pop("HEADWATER_VAULT_PASSPHRASE", "")
    try:
        status = root.main(given, prog_name="headwaterctl", standalone_mode=False, obj=asked)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return WRONG_USAGE
    except click.ClickException as error:
        asked.json |= "--json" in given  # it may stand behind what could not be understood
        return _wrong_usage(error, asked)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain once more at its own end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return _failed(error, asked)
    return status if isinstance(status, int) else DONE


def _wrong_usage(error: click.ClickException, asked: Settings) -> int:
    if asked.json:
        from app.cli.output import Output
        from connectors.sdk import ErrorInfo

        command = getattr(getattr(error, "ctx", None), "command_path", "headwaterctl")
        remedy = f"`{command} --help` tells what it takes."
        Output(asked).problem(
            ErrorInfo(category="config", code="wrong_usage", what=error.format_message(), remedy=remedy)
        )
    error.show()
    return WRONG_USAGE


def _failed(error: Exception, asked: Settings) -> int:
    from app.cli.output import Output

    Output(asked).failure(error)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
