"""Records, ledger, assessment and the claim file on disk."""
