"""Tags suggested for a text, from the tags of the posts that are there.

`training.train` makes a model of posts, `model.SuggestionModel.suggest` applies it, each tag with its reason. Both are pure
but for the site's language, whose stems `blog.terms` finds. `stored` keeps the model of a blog's public posts: the worker calls
`refresh`, and a process that suggests calls `model_of`. `evaluation` measures models against posts that have tags.
"""
