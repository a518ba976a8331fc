"""Accounts, positions, orders and trades."""
