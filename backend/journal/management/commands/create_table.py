"""Creates the table where Terraform does not: on a laptop, in local-pipeline, in tests. Safe to repeat."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from journal import table
from journal.problems import Unavailable


class Command(BaseCommand):
    help = "Creates the journal's DynamoDB table with its index and TTL, unless it exists."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            created = table.ensure_table()
        except Unavailable as error:
            raise CommandError(f"{error}: {error.__cause__}") from error
        self.stdout.write(f"{settings.JOURNAL_TABLE}: {'created' if created else 'exists'}")
