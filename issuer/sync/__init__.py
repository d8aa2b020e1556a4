"""The registry leads: when a record changes, the credentials made of it follow by rules.

rules.py sets rules · affected.py finds what a change concerns · run.py goes through the changes, and
calendar.py through what time alone brings about · effects.py does it, once. issuance/supersede.py ends what
was renewed, configurations/eligibility.py refuses at issuance what a rule would take back, and
configurations/claim_digests.py tells what has changed.
"""
