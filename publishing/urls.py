"""Addresses for programs."""

from django.urls import path

from publishing import api
from publishing.indieauth import views as indieauth
from publishing.micropub import views

urlpatterns = [
    *api.urls(),
    path("micropub/", views.micropub, name="micropub"),
    path("micropub", views.micropub),  # as people type it: a POST cannot be redirected
    path("micropub/media/", views.media_endpoint, name="micropub_media"),
    path("indieauth/token/", indieauth.token, name="indieauth_token"),
    path("indieauth/revoke/", indieauth.revoke, name="indieauth_revoke"),
    path(".well-known/oauth-authorization-server", indieauth.metadata, name="indieauth_metadata"),
]
