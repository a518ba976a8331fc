"""The members of teams in the admin."""

from django.contrib import admin

from members.models import Integration, Member, Seat


@admin.register(Seat)
class SeatAdmin(admin.ModelAdmin):
    """Who may act for which team."""

    list_display = ("user", "team")
    list_select_related = ("user", "team")


@admin.register(Integration)
class IntegrationAdmin(admin.ModelAdmin):
    """Connections to the code host with their syncs."""

    list_display = ("team", "organisation", "member_sync_status")
    list_select_related = ("team",)


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    """Members with their teams."""

    list_display = ("login", "name", "role", "team")
    list_select_related = ("team",)
