"""The Django admin for site administrators: what was published."""

from django import forms
from django.contrib import admin
from django.db import models

from sources.importing import BadDetail, checked_details, edit_article
from sources.models import Article, CleanedLine, Original, Outlet, Revision, Story
from sources.reading import Details


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that are looked at: what came in, and texts that spans point into."""

    def has_add_permission(self, *_args: object) -> bool:
        return False

    def has_change_permission(self, *_args: object) -> bool:
        return False

    def has_delete_permission(self, *_args: object) -> bool:
        return False


@admin.register(Outlet)
class OutletAdmin(admin.ModelAdmin):
    list_display = ["name", "domain", "country", "language"]
    list_filter = ["country", "language"]
    search_fields = ["name", "domain"]


@admin.register(Story)
class StoryAdmin(admin.ModelAdmin):
    list_display = ["title", "created_at"]
    list_filter = ["studies"]
    search_fields = ["title"]
    date_hierarchy = "created_at"


class ArticleForm(forms.ModelForm):
    """The fields are those of `ArticleAdmin`."""

    def clean(self):
        """Refuse what `edit_article` would refuse, beside the field that it is about."""
        cleaned = super().clean()
        details = {name: cleaned.get(name) or "" for name in ("headline", "url", "byline")}
        try:
            checked_details(Details(**details, language=cleaned.get("language") or ""))
        except BadDetail as refusal:
            self.add_error(refusal.field, str(refusal))
        taken = Article.objects.filter(story=self.instance.story_id, url=details["url"])
        if details["url"] and taken.exclude(pk=self.instance.pk).exists():
            self.add_error("url", "Another article of this story has this address.")
        return cleaned


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    """What is said about articles. They come in by import alone, and stay."""

    form = ArticleForm
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ["headline", "outlet", "story", "published_at", "language"]
    list_filter = ["language", "outlet", "story__studies"]
    list_select_related = ["outlet", "story"]
    search_fields = ["headline", "byline", "url", "outlet__name", "story__title"]
    date_hierarchy = "published_at"
    fields = ["story", "headline", "outlet", "url", "byline", "published_at", "language"]
    readonly_fields = ["story"]
    autocomplete_fields = ["outlet"]

    def has_add_permission(self, *_args: object) -> bool:
        return False

    def has_delete_permission(self, *_args: object) -> bool:
        return False

    def save_model(self, _request, obj, _form, _change):
        """Correct the article through the action, which refuses what cannot be stored."""
        edit_article(
            obj,
            headline=obj.headline,
            outlet_name=obj.outlet.name,
            url=obj.url,
            byline=obj.byline,
            published_at=obj.published_at,
            language=obj.language,
        )


class CleanedLineInline(admin.TabularInline):
    model = CleanedLine
    fields = ["number", "verdict", "reason", "dropped", "text"]
    can_delete = False
    extra = 0

    def has_add_permission(self, *_args: object) -> bool:
        return False

    def has_change_permission(self, *_args: object) -> bool:
        return False


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ["article", "number", "word_count", "created_by", "created_at"]
    list_filter = ["article__outlet", "article__language", "article__story__studies"]
    list_select_related = ["article__outlet", "created_by"]
    search_fields = ["article__headline", "article__outlet__name", "sha256"]
    date_hierarchy = "created_at"
    inlines = [CleanedLineInline]

    def get_queryset(self, request):
        """Leave the texts of a list in the database."""
        revisions = super().get_queryset(request)
        return (
            revisions if "object_id" in request.resolver_match.kwargs else revisions.defer("text")
        )


@admin.register(Original)
class OriginalAdmin(ReadOnlyAdmin):
    """The files as they came; their bytes are not shown."""

    list_display = ["filename", "media_type", "charset", "uploaded_by", "created_at", "sha256"]
    list_filter = ["media_type", "charset"]
    list_select_related = ["uploaded_by"]
    search_fields = ["filename", "sha256"]
    date_hierarchy = "created_at"
    fields = ["filename", "media_type", "charset", "sha256", "uploaded_by", "created_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("data")
