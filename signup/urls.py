"""The addresses below /signup/."""

from django.urls import URLPattern

app_name = "signup"
urlpatterns: list[URLPattern] = []
