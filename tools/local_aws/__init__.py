"""The embedded AWS: ministack with real containers behind it, for `inventories/local` and the tests."""
