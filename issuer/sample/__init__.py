"""The sample world: people, registers, credential types and agreements, the same at every start."""
