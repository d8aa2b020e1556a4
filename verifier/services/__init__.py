"""What the verifier does: one module a subject, no views, no templates."""
