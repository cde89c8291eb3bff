"""Put the texts that wait into the index in which echoes are sought."""

from django.core.management.base import BaseCommand
from tqdm import tqdm

from sources.indexing import BATCH, index_texts, texts_waiting


class Command(BaseCommand):
    help = (
        "Index the texts that are not indexed yet (docs/echoes.md). A worker does it each minute; "
        "this is for a large import, or where no worker runs. It can be broken off and repeated, "
        "and may run several times at once."
    )

    def handle(self, **_options):
        done = 0
        with tqdm(total=texts_waiting(), unit=" texts", disable=None) as bar:
            while count := index_texts(most=BATCH):
                done += count
                bar.update(count)
        self.stdout.write(f"{done:,} texts indexed, {texts_waiting():,} left")
