"""The documentation: what it says is run, and the site that is built is opened in a browser."""
