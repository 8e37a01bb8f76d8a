"""What an auditor runs to compute published figures again, without database, network or the rest of Tieout.

`recompute.py` lies at the top of every auditor's pack, the other modules under `engine/recompute` beside the engine's
own source; nothing here imports more than the standard library, NumPy, pandas and `models.domain`, `.causal`, `.value`.
"""
