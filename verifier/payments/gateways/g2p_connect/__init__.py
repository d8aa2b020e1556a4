"""The gateway `g2p-connect`: disbursements by a partner."""
