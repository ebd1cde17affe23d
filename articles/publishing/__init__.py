"""What editors do to articles: edit a field, publish, withdraw, hide a version, erase."""
