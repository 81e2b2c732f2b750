"""Testing code that uses this package: against a cloud on loopback, with images and faults of one's own.

    def test_says_which_image_is_missing(images_sandbox, images_client):
        images_sandbox.fail(errors.OverLimit)
        with pytest.raises(errors.OverLimit):
            images_client.get(images_sandbox.add({"name": "web-1"}))

The fixtures are in `plugin`, which pytest finds by itself: it needs the extra `testing`. Without pytest, use
`rackspace_images.testing.sandbox.Sandbox`, which is what they are made of.
"""
