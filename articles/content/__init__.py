"""What a post is and how its text is treated: pure functions, without Django."""
