"""Commands of the desk; the guide's command examples are run as if they lay here."""
