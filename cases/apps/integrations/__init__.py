"""Repositories at a code host, kept in step by a sync."""
