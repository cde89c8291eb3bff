"""The Django admin for site administrators: what was published."""

from collections import Counter

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import NestedObjects
from django.db import models

from sources.details import checked_details
from sources.importing import edit_article
from sources.models import (
    Article,
    CleanedLine,
    Original,
    Outlet,
    Refetch,
    Revision,
    Site,
    Story,
    Watch,
)
from sources.reading import Details
from sources.refusals import BadDetail
from sources.revising import delete_revision


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that are looked at: what came in, and texts that spans point into."""

    def has_add_permission(self, *_args: object) -> bool:
        return False

    def has_change_permission(self, *_args: object) -> bool:
        return False

    def has_delete_permission(self, *_args: object) -> bool:
        return False


class HeldAdmin(admin.ModelAdmin):
    """Rows that are deleted one by one, and only if nothing holds them: else it says what does."""

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_deleted_objects(self, objs, request):
        """Count in words what a deletion would tear down, instead of listing thousands of tags."""
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        if protected:
            found = NestedObjects(using=objs[0]._state.db)
            found.collect(objs)
            held = Counter(type(row)._meta for row in found.protected)
            protected = [
                f"{number} {meta.verbose_name if number == 1 else meta.verbose_name_plural}"
                for meta, number in sorted(held.items(), key=lambda item: item[0].label)
            ]
            protected.append(
                "So nothing is deleted: what was imported, tagged or quoted keeps its ground."
            )
        # Lines, drafts and the state of fetching go with what they belong to, unasked.
        return deleted, counts, set(), protected


@admin.register(Outlet)
class OutletAdmin(admin.ModelAdmin):
    list_display = ["name", "domain", "country", "language"]
    list_filter = ["country", "language"]
    search_fields = ["name", "domain"]


@admin.register(Story)
class StoryAdmin(HeldAdmin):
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
class ArticleAdmin(HeldAdmin):
    """What is said about articles. They come in by import alone; only one without a text goes."""

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
class RevisionAdmin(HeldAdmin):
    """Texts are looked at; one that nobody tagged or quoted can be deleted."""

    list_display = ["article", "number", "word_count", "way", "created_by", "created_at"]
    list_filter = ["way", "article__outlet", "article__language", "article__story__studies"]
    list_select_related = ["article__outlet", "created_by"]
    search_fields = ["article__headline", "article__outlet__name", "sha256"]
    date_hierarchy = "created_at"
    inlines = [CleanedLineInline]

    def has_add_permission(self, *_args: object) -> bool:
        return False

    def has_change_permission(self, *_args: object) -> bool:
        return False

    def delete_model(self, _request, obj):
        delete_revision(obj)

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


@admin.register(Watch)
class WatchAdmin(ReadOnlyAdmin):
    """The watches that are on; moderators start and stop them on the pages of their stories."""

    list_display = ["story", "every_hours", "until", "started_by", "created_at"]
    list_filter = ["every_hours", "story__studies"]
    list_select_related = ["story", "started_by"]
    search_fields = ["story__title"]


@admin.register(Site)
class SiteAdmin(ReadOnlyAdmin):
    """What sites that are asked again want of robots, and until when they are left alone."""

    list_display = ["origin", "robots_at", "free_at"]
    search_fields = ["origin"]


@admin.register(Refetch)
class RefetchAdmin(ReadOnlyAdmin):
    """How the last fetch of each address went."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ["article", "outcome", "failures", "fetched_at", "due_at", "said"]
    list_filter = ["outcome", "article__outlet", "article__story__studies"]
    list_select_related = ["article__outlet"]
    search_fields = ["article__headline", "article__url", "said"]
    date_hierarchy = "fetched_at"
