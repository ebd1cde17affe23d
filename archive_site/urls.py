"""The root URLconf: the public pages at the root, the admin under ``/admin/``."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("articles.urls")),
]
handler400 = "articles.views.errors.error_pages.bad_request"
handler403 = "articles.views.errors.error_pages.forbidden"
handler404 = "articles.views.errors.error_pages.not_found"
handler500 = "articles.views.errors.error_pages.server_error"
