from django.core.management.base import BaseCommand, CommandError

from annotations.sample import (
    ADMINISTRATOR,
    MODERATOR,
    REVIEWERS,
    SampleRefused,
    load_sample,
    open_accounts,
)


class Command(BaseCommand):
    help = (
        "Load the sample study with its story, tags, facts, carries and decisions. A study there "
        "already is left as it is. The accounts cannot log in unless --password opens them."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--password",
            help="open the sample's accounts with this password; never where others can reach it",
        )

    def handle(self, *, password, verbosity, **_):
        try:
            sampled = load_sample()
        except SampleRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        if sampled.created and password:
            open_accounts(password)
        if verbosity:
            told = "is loaded" if sampled.created else "was there already and is left as it is"
            self.stdout.write(f"The study “{sampled.study}” {told}.")
        if sampled.created and verbosity and password:
            names = ", ".join([*REVIEWERS, MODERATOR, ADMINISTRATOR])
            self.stdout.write(f"Accounts with the password you gave: {names}.")
