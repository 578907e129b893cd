"""The URLs where comments are written and confirmed; after the blog's own, before Wagtail's."""

from django.urls import path

from blog.views.other_sites import on_blog_sites, or_page
from comments.views import form, links, replies

app_name = "commenting"
urlpatterns = on_blog_sites(
    [
        path("comments/publish/<str:token>/", links.publish, name="publish"),
        path("comments/withdraw/<str:token>/", links.withdraw, name="withdraw"),
        path("comments/replies/<str:token>/", replies.replies, name="replies"),
        path("<word:slug>/comment/", or_page(form.form), name="form"),
        path("<word:slug>/comment/sent/", or_page(form.sent), name="sent"),
    ]
)
