"""Jobs in the Wagtail admin: a listing, a page for each with progress, log and result, and the menu of what starts them."""
