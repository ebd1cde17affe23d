"""Pictures: which are held, and the way to upload one that is not."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from articles.admin.base.action_pages import object_page
from articles.admin.base.read_only import KeptAdmin
from articles.admin.base.typed_bases import ModelForm
from articles.admin.list_filters import HeldFilter
from articles.content.urls.normalization import identity_hash
from articles.http.security_headers import PICTURE_POLICY
from articles.images.decoding import ImageError
from articles.images.store import Prepared, keep, prepare, rendition
from articles.models import Image, ImageState

_WIDTH = 800  # pixels of the picture on its page
_PLACES = 20  # stories that are listed


class UploadForm(ModelForm):
    """A file for a picture whose address is known."""

    upload = forms.FileField(
        help_text="JPEG, PNG, WebP or GIF, at most 20 MB. It is turned upright, made smaller and "
        "rid of all that is written beside its pixels. It replaces what is held.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    prepared: Prepared

    class Meta:
        model = Image
        fields = ()

    def clean_upload(self) -> Any:
        """Refuse what the store cannot take."""
        upload = self.cleaned_data["upload"]
        try:
            self.prepared = prepare(upload)
        except ImageError as error:
            words = f"{error.what[:1].upper()}{error.what[1:]}; {error.cure}."
            raise forms.ValidationError(words) from error
        return upload


@admin.register(Image)
class ImageAdmin(KeptAdmin):
    """Pictures come from imports; here their files are uploaded."""

    form = UploadForm
    list_display = ("code", "address", "state", "width", "height")
    list_filter = (HeldFilter,)
    search_fields = ("code",)
    search_help_text = "A code, or the whole address at the outlet."
    readonly_fields = ("picture", "code", "address", "state", "size", "sha256", "stories")

    def find(self, words: str) -> list[int]:
        """Return the picture with this address."""
        rows = Image.objects.filter(url_hash=identity_hash(words))
        return list(rows.values_list("pk", flat=True))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what is shown, and the upload for those who may change it."""
        upload = ["upload"] if self.has_change_permission(request, obj) else []
        return ["picture", *upload, *self.readonly_fields[1:]]

    @admin.display(description="address")
    def address(self, image: Image) -> str:
        """Return where the outlet published it, as text: opening it is a request to others."""
        return image.url

    @admin.display(description="size")
    def size(self, image: Image) -> str:
        """Return width and height of the largest rendition."""
        return f"{image.width} × {image.height} pixels" if image.width else "–"

    @admin.display(description="picture")
    def picture(self, image: Image) -> str:
        """Return the picture itself, also one that readers may not see."""
        if image.state != ImageState.HELD:
            return "not held here"
        source = reverse("admin:articles_image_file", args=[image.pk])
        return format_html('<img class="held-picture" src="{}" alt="">', source)

    @admin.display(description="stories")
    def stories(self, image: Image) -> str:
        """Return the first stories that show it."""
        places = image.places.select_related("article").order_by("-id")[:_PLACES]
        links = (
            (reverse("admin:articles_article_change", args=[place.article_id]), place.article)
            for place in places
        )
        return format_html_join(", ", '<a href="{}">{}</a>', links) or "–"

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Keep the file."""
        assert isinstance(obj, Image)
        keep(obj, form.prepared)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Return Django's page; a file that the disk does not take is told there."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ImageError as error:
            self.message_user(request, f"Nothing was changed: {error}.", messages.ERROR)
            return redirect(request.path)

    def get_urls(self) -> list[URLPattern]:
        """Return Django's pages and the picture."""
        page = object_page(self, self._file, "view")
        return [
            path("<int:object_id>/file/", page, name="articles_image_file"),
            *super().get_urls(),
        ]

    def _file(self, request: HttpRequest, image: Image) -> HttpResponseBase:
        if image.state != ImageState.HELD:
            raise Http404("This picture is not held.")
        try:
            file = rendition(image, _WIDTH, request.headers.get("Accept", ""))
        except FileNotFoundError as error:
            raise Http404(str(error)) from error
        response = FileResponse(file.path.open("rb"), content_type=file.content_type)
        response["Content-Security-Policy"] = PICTURE_POLICY
        return response
