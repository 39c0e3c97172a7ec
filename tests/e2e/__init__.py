"""The page in a real browser, with the whole product behind it."""
