"""Makes releases and measures from what was received, e.g. after a change of the projection. Safe to repeat."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from journal.problems import Unavailable
from journal.rebuild import rebuild


class Command(BaseCommand):
    help = "Makes releases and measures once more, from the raw events and facts that are kept."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = rebuild(datetime.now(UTC), lambda text: self.stderr.write(f"warning: {text}"))
        except Unavailable as error:
            hint = "hint: nothing is lost; run it again"
            raise CommandError(f"{error}: {error.__cause__}\n{hint}") from error
        self.stdout.write(f"{done.events} events, {done.executions} executions, {done.days} days")
        if done.unreadable:
            raise CommandError(f"{done.unreadable} events could not be read; they are still kept as they came")
