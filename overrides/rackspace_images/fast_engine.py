"""Sending over aiohttp, for many images at once."""
