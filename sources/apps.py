from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """What was published: outlets, stories, articles and their revisions."""

    name = "sources"
