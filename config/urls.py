"""Addresses: signing in, the administrators' site, and the studies."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from config.login import resume

urlpatterns = [
    path("", include("annotations.urls")),
    path("api/", include("annotations.api.site")),
    path("login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("resume/", resume, name="resume"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("admin/", admin.site.urls),
]

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"

admin.site.site_header = admin.site.site_title = "Parallax administration"
