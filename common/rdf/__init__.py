"""RDF as the proofs need it: contexts from a closed set, expansion in safe mode, RDFC-1.0."""
