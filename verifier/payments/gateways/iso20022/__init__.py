"""The gateway `iso20022`: payment files for a bank, and its reports."""
