"""The documents, put to the test by the clients that other languages generate from them."""
