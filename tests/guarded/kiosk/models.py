"""What is sold."""

from django.db import models


class Item(models.Model):
    """One thing, and how many of it are left."""

    name = models.CharField(max_length=20)
    left = models.IntegerField(default=1)
