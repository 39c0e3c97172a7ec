"""End-to-end tests: the web page in a real browser, with the whole product."""
