"""The addresses below /signup/."""

from django.urls import path

from blog.views.other_sites import on_blog_site
from signup.views import copies, form, links, manage

app_name = "signup"
urlpatterns = [
    path("", on_blog_site(form.form), name="form"),
    path("sent/", on_blog_site(form.sent), name="sent"),
    path("confirm/<str:token>/", links.confirm, name="confirm"),
    path("refuse/<str:token>/", links.refuse, name="refuse"),
    path("letter/<str:token>/", copies.copy, name="copy"),
    path("leave/<str:token>/", links.leave, name="leave"),
    path("manage/<str:token>/", manage.manage, name="manage"),
    path("manage/<str:token>/subscription.json", manage.download, name="download"),
    path("manage/<str:token>/erase/", manage.erase, name="erase"),
]
