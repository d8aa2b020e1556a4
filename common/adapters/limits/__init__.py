"""What one stranger may use up: requests, turns at dear work, places in caches."""
