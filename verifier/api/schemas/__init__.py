"""What the verifier's JSON endpoints say of themselves, module by module as their views."""
