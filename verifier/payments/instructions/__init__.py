"""Payment instructions: their states, books, binding, receipts and disputes."""
