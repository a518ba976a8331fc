"""The trading models in the admin."""

from django.contrib import admin

from trading.models import Account, Order, Position, Trade


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):
    """Accounts with their users."""

    list_display = ("number", "user")
    list_select_related = ("user",)


@admin.register(Position)
class PositionAdmin(admin.ModelAdmin):
    """Positions with their accounts."""

    list_display = ("symbol", "quantity", "status", "account")
    list_select_related = ("account",)


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """Orders with their positions."""

    list_display = ("number", "status", "limit", "position")
    list_select_related = ("position",)


@admin.register(Trade)
class TradeAdmin(admin.ModelAdmin):
    """Trades with their orders."""

    list_display = ("order", "quantity", "price")
    list_select_related = ("order",)
