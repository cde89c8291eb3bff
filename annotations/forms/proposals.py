"""Forms of proposed facts: which of them to see, and what is said of one."""

from django import forms

from annotations.facts.stating import STATEMENT_LIMIT
from annotations.finding.proposals import State, in_tab
from annotations.models import Fact, Proposal

TABS = [
    (State.OPEN.value, "To settle"),
    (State.ACCEPTED.value, "Accepted"),
    (State.DISMISSED.value, "Dismissed"),
]
ACTIONS = ["accept", "reword", "split", "remove", "merge", "dismiss", "restore"]


class TabForm(forms.Form):
    """Which proposals to see; nonsense in an address counts as the open ones."""

    state = forms.ChoiceField(required=False, choices=TABS)

    def chosen(self) -> str:
        self.full_clean()
        return self.cleaned_data.get("state") or State.OPEN.value


TOO_LONG = "The statement has %(show_value)d characters; %(limit_value)d is the limit."
GONE = {"invalid_choice": "What you chose is no longer there. Look again, and choose anew."}


class ProposalForm(forms.Form):
    """What a person says of a proposal: `spans` are the ticked sentences.

    `same_as` is the statement of a fact of the story, and `into` its key, as a button sends it.
    """

    action = forms.ChoiceField(required=False, choices=[(name, name) for name in ACTIONS])
    version = forms.IntegerField(widget=forms.HiddenInput)
    statement = forms.CharField(
        required=False,
        max_length=STATEMENT_LIMIT,
        error_messages={"max_length": TOO_LONG},
    )
    spans = forms.ModelMultipleChoiceField(None, required=False, error_messages=GONE)
    partial = forms.TypedMultipleChoiceField(coerce=int, required=False, error_messages=GONE)
    others = forms.ModelMultipleChoiceField(None, required=False, error_messages=GONE)
    same_as = forms.CharField(required=False)
    into = forms.ModelChoiceField(None, required=False, error_messages=GONE)

    def __init__(self, *args, proposal: Proposal, **kwargs):
        super().__init__(*args, **kwargs)
        self.facts = Fact.objects.filter(study=proposal.study_id, story=proposal.story_id)
        self.fields["spans"].queryset = proposal.spans.all()
        self.fields["into"].queryset = self.facts
        others = in_tab(proposal.study, proposal.story, State.OPEN)
        self.fields["others"].queryset = others.exclude(pk=proposal.pk)
        articles = proposal.spans.values_list("revision__article", flat=True)
        self.fields["partial"].choices = lambda: [(pk, pk) for pk in articles.distinct()]

    def clean_same_as(self) -> Fact | None:
        said = " ".join(self.cleaned_data["same_as"].split())
        if not said:
            return None
        fact = self.facts.filter(statement=said).first()
        if fact is None:
            raise forms.ValidationError(
                "No fact of this story is worded like that. Choose one from the list, or leave "
                "the field empty for a new fact."
            )
        return fact

    def clean(self) -> dict:
        data = super().clean()
        data["fact"] = data.get("into") or data.get("same_as")
        if data.get("into"):
            data["action"] = "accept"
        elif not data.get("action"):
            raise forms.ValidationError("Say what to do with the proposal: use one of its buttons.")
        return data

    def problem(self) -> str:
        """Return what is wrong, in a sentence or two."""
        return " ".join(message for messages in self.errors.values() for message in messages)
