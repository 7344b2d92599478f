"""What pages and writes cost, measured against doing the same by hand. Run by `make bench`.

    python -m tests.bench                       at 50,000 and 1,000,000 members (makes the bases: ten minutes, once)
    python -m tests.bench --members 50000       at one size only
    python -m tests.bench --rounds 21           longer, steadier

Bases are kept in .bench/ (or GRIDUNION_BENCH). A run leaves a few hundred people more in them.
Ratios of one run count; times depend on the machine and on who else is using it.
"""
