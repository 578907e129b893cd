"""The blog: posts, tags, selections and everything a reader sees of them."""

from django.apps import AppConfig


class BlogConfig(AppConfig):
    name = "blog"

    def ready(self) -> None:
        from blog import signals  # noqa: F401  (connects them)
        from blog.admin import many_job, picture_versions, post_undo
        from blog.admin.chooser_values import show_empty
        from blog.admin.usage import limit_usage
        from jobs.kinds import register

        show_empty()
        limit_usage()
        for kind in (*many_job.KINDS, picture_versions.KIND, picture_versions.SOON, post_undo.KIND):
            register(kind)
