"""Import and export in the admin: forms that start jobs, and what their pages show of the results."""
