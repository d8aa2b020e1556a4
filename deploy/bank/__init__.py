"""A small bank to pay through: a process of its own that keeps its accounts in one SQLite file.

It reads pain.001 and writes pain.002, and it speaks G2P Connect. It is no part of the product: it stands for
the bank of a demonstration, and for the one of tests that is stopped in the middle.

    python -m deploy.bank files --var VAR_DIR          reads what lies there, reports, ends
    python -m deploy.bank serve --port 8100 --peer http://localhost:8000/g2p
"""
