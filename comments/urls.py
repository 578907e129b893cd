"""The addresses where comments are written and confirmed; behind the blog's own, ahead of Wagtail's."""

from django.urls import path

from comments.views import form, links

app_name = "commenting"
urlpatterns = [
    path("comments/publish/<str:token>/", links.publish, name="publish"),
    path("comments/withdraw/<str:token>/", links.withdraw, name="withdraw"),
    path("<word:slug>/comment/", form.form, name="form"),
    path("<word:slug>/comment/sent/", form.sent, name="sent"),
]
