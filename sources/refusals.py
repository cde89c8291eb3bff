"""Why an import writes nothing; the messages say what to do."""


class ImportRefused(Exception):
    """Nothing was written; the message says why and what to do."""


class NothingToImport(ImportRefused):
    """No text is left once the dropped lines are out."""


class BadDetail(ImportRefused):
    """A detail cannot be stored; `field` names it as Details does."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class MissingDetail(BadDetail):
    """A detail that an article must have is empty."""
