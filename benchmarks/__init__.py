"""Measurements of the archive: invented posts, import against Hugo, and pages by size."""
