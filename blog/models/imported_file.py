"""Which files posts were imported from, so that a second import neither doubles a post nor overwrites an editor's work."""

from django.db import models


class ImportedFile(models.Model):
    """A file, and the state in which its import left the post. Without a post: somebody deleted it here since."""

    blog = models.ForeignKey("blog.BlogPage", on_delete=models.CASCADE, related_name="imported_files")
    key = models.CharField(max_length=500)  # the path below the root of the site it came from
    digest = models.CharField(max_length=64)  # SHA-256 of the file
    post = models.ForeignKey("blog.PostPage", null=True, on_delete=models.SET_NULL, related_name="+")
    revision = models.PositiveBigIntegerField(null=True)  # the post's Wagtail revision; a later one is an editor's work
    live = models.BooleanField()  # whether it was published; unpublishing it is an editor's work too

    wagtail_reference_index_ignore = True  # no use of a post that an editor should know of

    class Meta:
        constraints = [models.UniqueConstraint(fields=["blog", "key"], name="file_imported_once_into_a_blog")]

    def __str__(self) -> str:
        return self.key
