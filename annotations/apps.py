from django.apps import AppConfig


class AnnotationsConfig(AppConfig):
    """What reviewers say about it: studies, codebooks, annotations, facts, decisions."""

    name = "annotations"
