"""Pictures: which ones are stored, and the upload of a missing one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from articles.admin.base.confirmation_pages import object_view
from articles.admin.base.read_only import NoAddOrDeleteAdmin
from articles.admin.base.typed_bases import ModelForm
from articles.admin.list_filters import ImageStateFilter
from articles.content.urls.normalization import identity_hash
from articles.http.security_headers import IMAGE_CSP
from articles.images.decoding import ImageError
from articles.images.store import PreparedUpload, find_rendition, prepare_upload, save_upload
from articles.models import Image, ImageState

_WIDTH = 800  # pixels, of the picture on its admin page
_MAX_STORIES = 20  # listed on a picture's page


class UploadForm(ModelForm):
    """The upload of a file for a picture whose URL is known."""

    upload = forms.FileField(
        help_text="JPEG, PNG, WebP or GIF, at most 20 MB. The archive turns it upright, scales it "
        "down and removes its metadata. It replaces the stored picture.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    prepared: PreparedUpload

    class Meta:
        model = Image
        fields = ()

    def clean_upload(self) -> Any:
        """Return the upload; raise the store's objection as a form error."""
        upload = self.cleaned_data["upload"]
        try:
            self.prepared = prepare_upload(upload)
        except ImageError as error:
            message = f"{error.problem[:1].upper()}{error.problem[1:]}; {error.hint}."
            raise forms.ValidationError(message) from error
        return upload


@admin.register(Image)
class ImageAdmin(NoAddOrDeleteAdmin):
    """Pictures come from imports; here their files are uploaded."""

    form = UploadForm
    list_display = ("code", "address", "state", "width", "height")
    list_filter = (ImageStateFilter,)
    search_fields = ("code",)
    search_help_text = "A code, or the full URL at the outlet."
    readonly_fields = ("picture", "code", "address", "state", "size", "sha256", "stories")

    def find_exact(self, query: str) -> list[int]:
        """Return the key of the picture with this URL."""
        rows = Image.objects.filter(url_hash=identity_hash(query))
        return list(rows.values_list("pk", flat=True))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields to show, with the upload for users who may change the picture."""
        upload = ["upload"] if self.has_change_permission(request, obj) else []
        return ["picture", *upload, *self.readonly_fields[1:]]

    @admin.display(description="URL")
    def address(self, image: Image) -> str:
        """Return its URL at the outlet, as text: a link would lead to requests to other servers."""
        return image.url

    @admin.display(description="size")
    def size(self, image: Image) -> str:
        """Return width and height of the largest rendition."""
        return f"{image.width} × {image.height} pixels" if image.width else "–"

    @admin.display(description="picture")
    def picture(self, image: Image) -> str:
        """Return an ``<img>`` of the picture, even one that readers may not see."""
        if image.state != ImageState.HELD:
            return "not stored"
        url = reverse("admin:articles_image_file", args=[image.pk])
        return format_html('<img class="held-picture" src="{}" alt="">', url)

    @admin.display(description="stories")
    def stories(self, image: Image) -> str:
        """Return the first stories that show it."""
        placements = image.places.select_related("article").order_by("-id")[:_MAX_STORIES]
        links = (
            (reverse("admin:articles_article_change", args=[each.article_id]), each.article)
            for each in placements
        )
        return format_html_join(", ", '<a href="{}">{}</a>', links) or "–"

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Store the uploaded file."""
        assert isinstance(obj, Image)
        save_upload(obj, form.prepared)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Return Django's page; when the file cannot be written, go back with a message."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ImageError as error:
            self.message_user(request, f"Nothing was changed: {error}.", messages.ERROR)
            return redirect(request.path)

    def get_urls(self) -> list[URLPattern]:
        """Return Django's URLs and that of the picture file."""
        page = object_view(self, self._file, "view")
        return [
            path("<int:object_id>/file/", page, name="articles_image_file"),
            *super().get_urls(),
        ]

    def _file(self, request: HttpRequest, image: Image) -> HttpResponseBase:
        if image.state != ImageState.HELD:
            raise Http404("This picture is not stored.")
        try:
            file = find_rendition(image, _WIDTH, request.headers.get("Accept", ""))
        except FileNotFoundError as error:
            raise Http404(str(error)) from error
        response = FileResponse(file.path.open("rb"), content_type=file.content_type)
        response["Content-Security-Policy"] = IMAGE_CSP
        return response
