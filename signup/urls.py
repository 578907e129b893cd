"""The addresses below /signup/."""

from django.urls import path

from blog.views.other_sites import on_blog_site
from signup.views import links, managing, visiting

app_name = "signup"
urlpatterns = [
    path("", on_blog_site(visiting.form), name="form"),
    path("sent/", on_blog_site(visiting.sent), name="sent"),
    path("confirm/<str:token>/", links.confirm, name="confirm"),
    path("refuse/<str:token>/", links.refuse, name="refuse"),
    path("leave/<str:token>/", links.leave, name="leave"),
    path("manage/<str:token>/", managing.manage, name="manage"),
    path("manage/<str:token>/subscription.json", managing.download, name="download"),
    path("manage/<str:token>/erase/", managing.erase, name="erase"),
]
