"""Trains the guard's linear scores; `train_guard.py` is the command."""
