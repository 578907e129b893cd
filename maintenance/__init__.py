"""Work on many posts at once, by jobs: tags suggested for them, words replaced in them, their links checked, topics found.

- `suggesting`: suggestions for posts, as a list that an editor reviews.
- `replacing`: words found in posts and replaced; `pattern`: what is searched for, within limits.
- `links`: links that lead nowhere.
- `topics`: groups of words in the posts, by `blog.suggestions.topics`.
- `rights`: which posts a user may see or change.
- `admin`: the forms that start these jobs, and what their pages show of the results.
"""
