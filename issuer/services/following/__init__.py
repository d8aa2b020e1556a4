"""The registry leads: when a record changes, the credentials made of it follow by rules.

declaring.py sets rules · cases.py finds what a change concerns · syncing.py goes through the changes, and
calendar.py through what time alone brings about · effects.py does it, once · superseding.py ends what was
renewed · standing.py refuses at issuance what a rule would take back · saying.py tells what has changed.
"""
