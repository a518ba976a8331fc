"""Accounts, their positions, the orders that work on them, and the trades made."""

from django.conf import settings
from django.db import models


class Account(models.Model):
    """A brokerage account of one user."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="accounts"
    )
    number = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.number


class Position(models.Model):
    """What an account holds of one symbol."""

    class Status(models.TextChoices):
        """Whether the position is still held."""

        OPEN = "open"
        CLOSED = "closed"

    account = models.ForeignKey(Account, models.CASCADE, related_name="positions")
    symbol = models.CharField(max_length=10)
    quantity = models.IntegerField()
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.OPEN
    )
    profit_targets = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.quantity} {self.symbol}"


class Order(models.Model):
    """An order at the broker, known there by its number."""

    class Status(models.TextChoices):
        """How far the order has come; unknown when the broker gave no answer."""

        WORKING = "working"
        CANCELLED = "cancelled"
        FILLED = "filled"
        REJECTED = "rejected"
        UNKNOWN = "unknown"

    position = models.ForeignKey(Position, models.CASCADE, related_name="orders")
    number = models.CharField(max_length=20)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.WORKING
    )
    limit = models.DecimalField(max_digits=10, decimal_places=2)

    def __str__(self) -> str:
        return self.number


class Trade(models.Model):
    """A quantity of an order that was filled at one price."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="trades")
    quantity = models.IntegerField()
    price = models.DecimalField(max_digits=10, decimal_places=2)

    def __str__(self) -> str:
        return f"{self.quantity} at {self.price}"
