"""Work that is killed at random points again and again, and must come out as if nothing had been."""
