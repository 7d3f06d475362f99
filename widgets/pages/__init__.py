"""One file per page; a page is imported on its first visit."""
