"""Pages for officers and for people who sign in: a view parses, calls one service, renders."""
