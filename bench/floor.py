"""The floor under bench/tag.py: a view that inserts one row, behind the product's middleware."""

from django.db import models
from django.http import HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_POST

TABLE = "CREATE TABLE bench_row (id bigserial PRIMARY KEY, words text NOT NULL)"


class Row(models.Model):
    """A table with one text; the bench creates it, migrations know nothing of it."""

    words = models.TextField()

    class Meta:
        app_label = "annotations"
        managed = False
        db_table = "bench_row"

    def __str__(self) -> str:
        return self.words


@require_POST
def insert(request):
    """Insert one row."""
    Row.objects.create(words=request.POST["exact"])
    return HttpResponse("saved")


urlpatterns = [path("", include("config.urls")), path("bench/insert/", insert)]
