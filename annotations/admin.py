"""The administrators' site. Rulings go through the same action as the queue's."""

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from annotations.models import (
    Annotation,
    ApiToken,
    Carry,
    CarryDecision,
    Code,
    Codebook,
    Decision,
    Fact,
    Membership,
    Report,
    ReportSpan,
    Ruling,
    Study,
)
from annotations.rulings.ruling import RulingRefused, rule_many
from annotations.team.tokens import revoke_token
from annotations.texts.anchoring import shortened

SAMPLE = 12  # quotes that the page asking for a reason shows


class ReadOnly:
    """Rows to look at: written by the app's own pages, or only ever added."""

    def has_add_permission(self, *_args: object) -> bool:
        return False

    def has_change_permission(self, *_args: object) -> bool:
        return False

    def has_delete_permission(self, *_args: object) -> bool:
        return False


class DecisionInline(ReadOnly, admin.TabularInline):
    model = Decision
    extra = 0
    fields = ["made_at", "moderator", "ruling", "code", "reason", "version"]
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("moderator", "code", "annotation")


@admin.register(Annotation)
class AnnotationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = [
        "quote",
        "code",
        "ruled_code",
        "annotator",
        "outlet",
        "status",
        "voice",
        "created_at",
    ]
    list_filter = [
        "study",
        "status",
        ("code", admin.RelatedOnlyFieldListFilter),
        ("annotator", admin.RelatedOnlyFieldListFilter),
        "voice",
        ("removed_at", admin.EmptyFieldListFilter),
    ]
    list_per_page = 50
    search_fields = ["span__exact", "note", "annotator__username"]
    search_help_text = "Words of the quote or the note, or the annotator's name"
    date_hierarchy = "created_at"
    actions = ["accept", "reject"]
    inlines = [DecisionInline]

    def get_queryset(self, request):
        return super().get_queryset(request).with_place().select_related("study")

    @admin.display(ordering="span__exact")
    def quote(self, annotation: Annotation) -> str:
        exact = annotation.span.exact
        return exact if len(exact) <= 80 else f"{exact[:79]}…"

    @admin.display(ordering="span__revision__article__outlet__name")
    def outlet(self, annotation: Annotation) -> str:
        return annotation.span.revision.article.outlet.name

    def has_rule_permission(self, request: HttpRequest) -> bool:
        """Whether the actions are offered; whose tags they reach is the ruling's to check."""
        return request.user.has_perm("annotations.change_annotation")

    @admin.action(description="Accept the selected annotations", permissions=["rule"])
    def accept(self, request: HttpRequest, annotations: QuerySet[Annotation]) -> None:
        self._rule(request, annotations, Ruling.ACCEPT)

    @admin.action(description="Reject the selected annotations…", permissions=["rule"])
    def reject(
        self, request: HttpRequest, annotations: QuerySet[Annotation]
    ) -> HttpResponse | None:
        """Ask for the reason first: the page posts it back to this action."""
        problem = ""
        if "reason" in request.POST:
            try:
                return self._rule(request, annotations, Ruling.REJECT, request.POST["reason"])
            except RulingRefused as refusal:
                problem = str(refusal)
        context = self.admin_site.each_context(request) | {
            "title": "Reject annotations",
            "opts": self.model._meta,
            "count": (count := annotations.count()),
            "sample": annotations[:SAMPLE],
            "rest": count - SAMPLE,
            "selected": request.POST.getlist(admin.helpers.ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "problem": problem,
        }
        status = 422 if problem else 200
        return TemplateResponse(
            request, "admin/annotations/annotation/reject.html", context, status=status
        )

    def _rule(self, request, annotations, ruling: Ruling, reason: str = "") -> None:
        done = rule_many(annotations, ruling, reason=reason, moderator=request.user)
        said = f"{done.count} {ruling.label}, {done.unchanged} ruled the same before."
        self.message_user(request, said, messages.SUCCESS)
        if done.refused:
            said = f"{done.refused} left alone: removed, or of a study that you do not moderate."
            self.message_user(request, said, messages.WARNING)


@admin.register(Decision)
class DecisionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["made_at", "study", "quote", "ruling", "code", "reason", "moderator"]
    list_filter = [
        "annotation__study",
        "ruling",
        ("moderator", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["annotation__study", "annotation__span", "code", "moderator"]
    search_fields = ["reason", "annotation__span__exact", "moderator__username"]
    date_hierarchy = "made_at"
    actions = None

    @admin.display(ordering="annotation__study__name")
    def study(self, decision: Decision) -> str:
        return str(decision.annotation.study)

    @admin.display
    def quote(self, decision: Decision) -> str:
        return decision.annotation.span.exact[:80]


class CodeInline(ReadOnly, admin.TabularInline):
    """To look at: a code changes on the codebook page of a study, which keeps the change log."""

    model = Code
    fk_name = "codebook"
    extra = 0
    show_change_link = True
    fields = ["name", "key", "parent", "hotkey", "retired_at", "merged_into"]
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("parent", "merged_into")


@admin.register(Codebook)
class CodebookAdmin(admin.ModelAdmin):
    list_display = ["name", "revision", "created_at"]
    search_fields = ["name"]
    inlines = [CodeInline]


@admin.register(Code)
class CodeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "key", "codebook", "parent", "hotkey", "marks_spans", "counts_as_bias"]
    list_filter = ["codebook", "counts_as_bias", ("retired_at", admin.EmptyFieldListFilter)]
    list_select_related = ["codebook", "parent"]
    search_fields = ["name", "key", "definition"]


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


class UserMembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["study"]


@admin.register(Study)
class StudyAdmin(admin.ModelAdmin):
    list_display = ["name", "key", "codebook", "created_at"]
    list_select_related = ["codebook"]
    search_fields = ["name", "key"]
    filter_horizontal = ["stories"]
    inlines = [MembershipInline]


class ReportInline(ReadOnly, admin.TabularInline):
    model = Report
    extra = 0
    fields = ["article", "status", "note", "set_by", "set_at"]
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("article__outlet", "set_by", "fact")


@admin.register(Fact)
class FactAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["statement", "study", "story", "created_by", "created_at"]
    list_filter = ["study"]
    list_select_related = ["study", "story", "created_by"]
    search_fields = ["statement"]
    date_hierarchy = "created_at"
    inlines = [ReportInline]


class ReportSpanInline(ReadOnly, admin.TabularInline):
    model = ReportSpan
    extra = 0
    fields = ["span", "stance", "speaker"]
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("span", "report")


@admin.register(Report)
class ReportAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["fact", "article", "status", "set_by", "set_at"]
    list_filter = ["fact__study", "status"]
    list_select_related = ["fact", "article__outlet", "set_by"]
    search_fields = ["fact__statement", "article__headline"]
    inlines = [ReportSpanInline]


class CarryDecisionInline(ReadOnly, admin.TabularInline):
    model = CarryDecision
    extra = 0
    fields = ["number", "made_at", "moderator", "ruling", "start", "end", "undoes"]
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("moderator", "carry")


@admin.register(Carry)
class CarryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["quote", "now", "revision", "outcome", "score", "ruling", "study", "made_at"]
    list_filter = ["study", "outcome", "ruling"]
    list_per_page = 50
    list_select_related = ["span", "study", "revision__article__outlet"]
    search_fields = ["span__exact", "exact", "revision__article__headline"]
    search_help_text = "Words, as they were tagged or as they stand now, or the headline"
    date_hierarchy = "made_at"
    actions = None
    inlines = [CarryDecisionInline]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("revision__text")

    @admin.display(ordering="span__exact")
    def quote(self, carry: Carry) -> str:
        return shortened(carry.span.exact, 80)

    @admin.display(ordering="exact")
    def now(self, carry: Carry) -> str:
        return shortened(carry.exact, 80)


@admin.register(CarryDecision)
class CarryDecisionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["made_at", "study", "quote", "number", "ruling", "undoes", "moderator"]
    list_filter = ["carry__study", "ruling", ("moderator", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["carry__study", "carry__span", "moderator"]
    search_fields = ["carry__span__exact", "moderator__username"]
    date_hierarchy = "made_at"
    actions = None

    @admin.display(ordering="carry__study__name")
    def study(self, decision: CarryDecision) -> str:
        return str(decision.carry.study)

    @admin.display
    def quote(self, decision: CarryDecision) -> str:
        return shortened(decision.carry.span.exact, 80)


admin.site.unregister(User)


@admin.register(User)
class MemberAdmin(UserAdmin):
    """Accounts, with the studies they belong to."""

    inlines = [UserMembershipInline]


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "user", "beginning", "may_write", "used_at", "expires_at", "revoked_at"]
    list_filter = ["may_write", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["name", "beginning", "user__username"]
    fields = [*list_display, "created_at"]
    actions = ["revoke"]

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("annotations.change_apitoken")

    @admin.action(description="Revoke the selected tokens", permissions=["revoke"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        for token in tokens:
            revoke_token(token)
        self.message_user(request, "The tokens let nobody in any more.")
