"""What the shop sells."""

from django.db import models


class Item(models.Model):
    """A thing, known by its code."""

    code = models.CharField(max_length=20, primary_key=True)
    left = models.IntegerField(default=0)
