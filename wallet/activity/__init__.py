"""What happened with a person's data, as the wallet recorded it and as issuers and services report it."""
