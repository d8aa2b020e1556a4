"""The holder's wallet: documents under a person's own key, received, kept and shown."""
