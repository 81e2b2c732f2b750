"""Who signs in, and what stays secret."""
