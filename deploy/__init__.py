"""What runs the site: the demo, the server, PostgreSQL for tests, the conformance runs."""
